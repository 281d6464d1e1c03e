"""The secrecy gate (保密检查): no state secret and no work secret enters this platform, which is not made for them.

Every text and every file that a person sends is looked through for marks before any view runs and before anything is
stored. A hit stops the whole request; of what was sent nothing is kept but a keyed fingerprint, by which the same
text is recognised again when the secrecy officer has released it as a false alarm.

The gate guards against carelessness, not against somebody who hides a secret from it.
"""
