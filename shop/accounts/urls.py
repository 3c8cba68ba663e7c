"""Pages of an account that are our own; they come before allauth's of the same address."""

from django.urls import path

from shop.accounts import mfa_views, own_language, sign_out

urlpatterns = [
    path("language/", own_language.own_language, name="account_language"),
    path("sign-out-elsewhere/", sign_out.sign_out_elsewhere, name="account_sign_out_elsewhere"),
    path("2fa/totp/activate/", mfa_views.turn_on_codes, name="mfa_activate_totp"),
    path("2fa/webauthn/add/", mfa_views.add_passkey, name="mfa_add_webauthn"),
]
