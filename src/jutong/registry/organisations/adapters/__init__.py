"""What the register takes from outside: the file of divisions that comes with the platform."""
