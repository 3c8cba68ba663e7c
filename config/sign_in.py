"""Settings of allauth: sign-in by e-mail address, verification, reset, two-step sign-in."""

AUTH_PASSWORD_VALIDATORS: list[dict[str, object]] = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("MinimumLengthValidator", "NumericPasswordValidator")
]
AUTH_PASSWORD_VALIDATORS[0]["OPTIONS"] = {"min_length": 10}
AUTH_PASSWORD_VALIDATORS += [
    {"NAME": f"shop.people.accounts.passwords.guessed.{name}"}
    for name in ("NotOneselfValidator", "NotDisguisedValidator")
]
AUTH_PASSWORD_VALIDATORS += [
    {"NAME": "shop.people.accounts.passwords.breaches.NotBreachedValidator"}
]

ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_UNIQUE_EMAIL = True
# Nobody is let in before the address is confirmed. A sign-up can then be answered in the same way
# whether there is an account or not; guests may shop all the same.
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True  # in the browser that signed up, and in no other
ACCOUNT_ADAPTER = "shop.checkout.adapter.ShopperAdapter"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_CHANGE_EMAIL = True  # one address; a new one counts once it is confirmed
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True  # the password again before the address changes
# Wrong passwords: of one network, and of one account from it; of one account from all networks
# together; of one account in a browser that has signed in to it before. Passwords at all: of one
# network, and of one account in such browsers. allauth's own rate of the page would let a network
# that guesses keep these browsers out.
ACCOUNT_RATE_LIMITS = {
    "login": None,
    "login_failed": "10/m/ip,5/5m/key",
    "login_failed_everywhere": "100/h/key",
    "login_failed_known": "5/5m/key,50/d/key",
    "login_elsewhere": "30/m/ip",
    "login_known": "30/m/key",
}
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"  # shared pages cannot say "You are signed out."
ACCOUNT_FORMS = {
    "login": "shop.people.accounts.forms.LoginForm",
    "signup": "shop.people.accounts.forms.SignupForm",
    "add_email": "shop.people.accounts.forms.ChangeAddressForm",
    "change_password": "shop.people.accounts.forms.ChangePasswordForm",
    "set_password": "shop.people.accounts.forms.SetPasswordForm",
    "reset_password": "shop.people.accounts.forms.ResetPasswordForm",
    "reset_password_from_key": "shop.people.accounts.forms.NewPasswordForm",
    "reauthenticate": "shop.people.accounts.forms.ReauthenticateForm",
}
PASSWORD_RESET_TIMEOUT = 3 * 60 * 60
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True  # one passkey is both steps: the key, and a finger, face or code
MFA_ADAPTER = "shop.people.accounts.mfa_adapter.MFAAdapter"
MFA_FORMS = {
    "authenticate": "shop.people.accounts.forms.CodeForm",
    "reauthenticate": "shop.people.accounts.forms.ReauthenticateWithCodeForm",
    "activate_totp": "shop.people.accounts.forms.TurnOnForm",
    "add_webauthn": "shop.people.accounts.passkeys.AddForm",
    "edit_webauthn": "shop.people.accounts.passkeys.RenameForm",
    "authenticate_webauthn": "shop.people.accounts.passkeys.SignInForm",
    "login_webauthn": "shop.people.accounts.passkeys.PasskeyLoginForm",
    "reauthenticate_webauthn": "shop.people.accounts.passkeys.ConfirmForm",
}
MFA_TOTP_ISSUER = "Baobab"
MFA_TOTP_TOLERANCE = 1
