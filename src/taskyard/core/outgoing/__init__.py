"""HTTP to addresses that people give: repositories, webhooks, files elsewhere.

Whoever names an address has this server ask it, from within the operator's network. So every
address is spelled out (`address`), judged (`rules`) and only then reached (`http`): names are
resolved once, all their addresses are judged, and the connection goes to one of just those.
"""
