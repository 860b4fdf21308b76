"""Signatures of webhooks, against the published vector of Standard Webhooks and the contract's form."""

import base64
import hashlib
import hmac

from publicist.crypto.webhooks import new_secret, signature_headers

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
MESSAGE = "msg_p5jXN8AQM9LWM0D4loKWxJek"
BODY = b'{"test": 2432232314}'


def test_the_vector_of_standard_webhooks() -> None:
    headers = signature_headers(BODY, message_id=MESSAGE, timestamp=1614265330, keys=[SECRET])
    assert (headers["webhook-id"], headers["webhook-timestamp"]) == (MESSAGE, "1614265330")
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_existing_clients_verify_the_body_with_the_whole_secret() -> None:
    headers = signature_headers(BODY, message_id=MESSAGE, timestamp=1, keys=[SECRET])
    expected = hmac.new(SECRET.encode(), BODY, hashlib.sha256).hexdigest()
    assert headers["X-Letmepost-Signature"] == f"sha256={expected}"
    assert "X-Letmepost-Signature-Previous" not in headers


def test_after_a_rotation_both_secrets_sign() -> None:
    old, new = new_secret(), new_secret()
    both = signature_headers(BODY, message_id="m", timestamp=1, keys=[new, old])
    alone = [signature_headers(BODY, message_id="m", timestamp=1, keys=[key]) for key in (new, old)]
    assert both["webhook-signature"].split(" ") == [one["webhook-signature"] for one in alone]
    assert both["X-Letmepost-Signature-Previous"] == alone[1]["X-Letmepost-Signature"]


def test_a_secret_is_base64_in_any_alphabet() -> None:
    secrets = {new_secret() for _ in range(50)}
    assert len(secrets) == 50
    for secret in sorted(secrets):
        text = secret.removeprefix("whsec_")
        assert base64.b64decode(text, validate=True) == base64.urlsafe_b64decode(text)
        assert len(base64.b64decode(text)) == 33
