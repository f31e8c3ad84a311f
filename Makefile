# Names of steps only; what they do lives in scripts/, each safe to run again.
.DEFAULT_GOAL := help
.PHONY: help run link test torture bench mutants fmt contract contract-fix live-evidence

help: ## list these targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1|/' | column -t -s '|'

run: ## install what is missing, build, start LiveKit and Callboard on loopback
	@scripts/run.sh

link: ## a new sign-in link for what make run made, also while it runs
	@scripts/link.sh

test: ## run every check (ONLY="fmt clippy" for some, FROM=live to begin later)
	@scripts/test.sh

torture: ## prove it: QUICK=1 short, RIG="a b" some, SEED=n again, MINUTES=m at most, KEEP=1 into docs/evidence
	@scripts/torture.sh

bench: ## measure beside limits and peers: QUICK=1 two minutes, ROWS="a b" some (ROWS=help), KEEP=1 into docs/performance.md
	@scripts/bench.sh

mutants: ## change the rules piece by piece and list what no test notices (CRATE=calls for one, MINUTES=m at most)
	@scripts/mutants.sh

fmt: ## format Rust and web sources
	@scripts/fmt.sh

contract: ## compare code with openapi/callboard.json, and that with the clients
	@scripts/contract.sh check

contract-fix: ## write the OpenAPI document, then the clients, and show the difference
	@scripts/contract.sh fix

live-evidence: ## real round trip against LIVEKIT_URL, written to docs/evidence/livekit-roundtrip.json
	@scripts/live-evidence.sh
