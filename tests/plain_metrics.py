"""Every plain count by the name of its indicator, "name/variant" where it is not the usual definition."""

from tests import plain_accounts, plain_agency, plain_flows
from tests.plain_parts import Count

METRICS: dict[str, Count] = plain_accounts.COUNTS | plain_flows.COUNTS | plain_agency.COUNTS
# The same indicators where the tier a month has reached prices every peso of it.
RETROACTIVE: dict[str, Count] = METRICS | plain_agency.RETROACTIVE
