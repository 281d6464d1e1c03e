"""What can go wrong with keys and ciphertexts. None of the messages tells more than that it did."""

from jutong.kernel.errors import ErrorKind, JutongError
from jutong.kernel.text import N_


class CryptoError(JutongError):
    """Root of this package's errors."""

    message = N_("密码运算未能完成。")


class CannotOpen(CryptoError):
    """A ciphertext does not open: another key, another place, another owner, or altered bytes."""

    message = N_("密文无法打开：密钥不符，或内容曾被改动。")
    kind = ErrorKind.CONFLICT


class SignatureWrong(CryptoError):
    """A signature does not belong to this message and key."""

    message = N_("签名与内容不符。")


class SuiteUnknown(CryptoError):
    """No suite of that name is known here."""

    message = N_("不支持的密码套件：{name}。")


class SigningUnavailable(CryptoError):
    """The suite has no signature algorithm in this installation (SM2 needs its own library)."""

    message = N_("当前安装不支持套件 {name} 的签名算法。")
    kind = ErrorKind.UNAVAILABLE
