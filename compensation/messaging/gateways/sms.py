"""Text messages (SMS, and LMS where the text is longer) through SENS."""

from collections.abc import Mapping
from typing import Any

from compensation.messaging.gateways.base import Outgoing, Refused, Sent
from compensation.messaging.gateways.sens import SensGateway, long_message, national


class SmsGateway(SensGateway):
    service_setting = "sms_service"
    kind = "sms"

    def request(self, message: Outgoing) -> dict[str, Any]:
        return long_message(message.title, message.text) | {
            "contentType": "COMM",  # information, no advertisement
            "countryCode": "82",
            "from": self.options["sms_from"],
            "messages": [{"to": national(message.to)}],
        }

    def accepted(self, document: Mapping[str, Any]) -> Sent | Refused:
        if document["statusCode"] == "202":
            return Sent(document["requestId"])
        return Refused(f"{document['statusCode']} {document.get('statusName', '')}"[:200])

    def filters(self, message: Outgoing) -> dict[str, str]:  # noqa: ARG002
        return {"from": self.options["sms_from"]}
