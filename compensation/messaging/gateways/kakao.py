"""Kakao business messages (알림톡) through SENS. Whoever has no KakaoTalk gets it by SMS: the dealer sees to that."""

from collections.abc import Mapping
from typing import Any

from compensation.messaging.gateways.base import Outgoing, Refused, Sent
from compensation.messaging.gateways.sens import SensGateway, long_message, national

ACCEPTED = "A000"


class KakaoGateway(SensGateway):
    service_setting = "kakao_service"
    kind = "alimtalk"

    def request(self, message: Outgoing) -> dict[str, Any]:
        entry: dict[str, Any] = {"countryCode": "82", "to": national(message.to), "content": message.text}
        if self.options.get("sms_from"):
            failover = long_message(message.title, message.text) | {"from": self.options["sms_from"]}
            entry |= {"useSmsFailover": True, "failoverConfig": failover}
        return {
            "plusFriendId": self.options["kakao_channel"],
            "templateCode": self._template_code(message),
            "messages": [entry],
        }

    def accepted(self, document: Mapping[str, Any]) -> Sent | Refused:
        [entry] = document["messages"]
        if entry["requestStatusCode"] == ACCEPTED:
            return Sent(entry["messageId"])
        return Refused(f"{entry['requestStatusCode']} {entry.get('requestStatusDesc', '')}"[:200], is_final=True)

    def filters(self, message: Outgoing) -> dict[str, str]:
        return {"plusFriendId": self.options["kakao_channel"], "templateCode": self._template_code(message)}

    def _template_code(self, message: Outgoing) -> str:
        """The code under which the text was approved; by the settings, where it is not `<our code>_<language>`."""
        ours = f"{message.template}_{message.language}"
        return str(self.options.get("templates", {}).get(ours, ours))
