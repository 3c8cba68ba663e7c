"""Pages of an account that are our own or do more; they come before allauth's of that address."""

from allauth.account import views
from allauth.mfa.totp.views import deactivate_totp
from allauth.mfa.webauthn.views import remove_webauthn
from django.db.transaction import atomic
from django.urls import path, re_path

from shop.people.accounts import mfa_views, own_language
from shop.people.accounts.devices import pages, sign_out

urlpatterns = [
    path("language/", own_language.own_language, name="account_language"),
    path("devices/", pages.devices, name="account_devices"),
    path("sign-out-elsewhere/", sign_out.sign_out_elsewhere, name="account_sign_out_elsewhere"),
    path("2fa/totp/activate/", mfa_views.turn_on_codes, name="mfa_activate_totp"),
    path("2fa/webauthn/add/", mfa_views.add_passkey, name="mfa_add_webauthn"),
    path("2fa/recovery-codes/generate/", mfa_views.new_codes, name="mfa_generate_recovery_codes"),
    # allauth's own pages, in one transaction: what they change and the mail that tells of it.
    path("signup/", atomic(views.signup), name="account_signup"),
    path("email/", atomic(views.email), name="account_email"),
    re_path(r"^confirm-email/(?P<key>[-:\w]+)/$", atomic(views.confirm_email),
            name="account_confirm_email"),
    path("password/change/", atomic(views.password_change), name="account_change_password"),
    path("password/set/", atomic(views.password_set), name="account_set_password"),
    path("password/reset/", atomic(views.password_reset), name="account_reset_password"),
    re_path(r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
            atomic(views.password_reset_from_key), name="account_reset_password_from_key"),
    path("2fa/totp/deactivate/", atomic(deactivate_totp), name="mfa_deactivate_totp"),
    path("2fa/webauthn/keys/<int:pk>/remove/", atomic(remove_webauthn),
         name="mfa_remove_webauthn"),
]  # fmt: skip
