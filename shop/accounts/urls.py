"""Pages of an account that are our own; they come before allauth's of the same address."""

from django.urls import path

from shop.accounts import leaving, turning_on

urlpatterns = [
    path("sign-out-elsewhere/", leaving.sign_out_elsewhere, name="account_sign_out_elsewhere"),
    path("2fa/totp/activate/", turning_on.turn_on_codes, name="mfa_activate_totp"),
    path("2fa/webauthn/add/", turning_on.add_passkey, name="mfa_add_webauthn"),
]
