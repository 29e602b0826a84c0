# For habit's sake; the work is done by ./portal (python3 portal --help).
.PHONY: up test lint stop
up test lint stop: ; @./portal $@
