#!/bin/sh
# Builds, audits, signs and verifies one image. Plain POSIX sh; see ../ci.md.
#
# Everything comes from the environment. No secret is ever an argument: the
# key's password is read from COSIGN_PASSWORD, registry logins from docker's
# config.
#
#   IMAGE       the image to push, such as registry.example/app:1        (needed)
#   KEY         file of the private key, from "pratique keys generate"   (needed)
#   POLICY      policy to verify with; without one the flags are the policy:
#   PUBLIC_KEY  signed with this key, audit attested with it (needed without POLICY)
#   DOCKERFILE  the image's Dockerfile, audited along with it            (Dockerfile)
#   CONTEXT     the build context                                        (.)
#   SKIP_BUILD  1: IMAGE is in the registry already
#   PROFILE     what makes the audit fail: starter, cis-l1, cis-l2       (starter)
#   REPORTS     folder for the reports                                   (reports)
#   PRATIQUE    the program                                              (pratique)
#   REGISTRY_FLAGS  more flags for every command, such as --allow-http-registry;
#               split at spaces
set -eu

: "${IMAGE:?the image to build, such as registry.example/app:1}"
: "${KEY:?the file of the private key}"
POLICY=${POLICY-}
PUBLIC_KEY=${PUBLIC_KEY-}
DOCKERFILE=${DOCKERFILE-Dockerfile}
CONTEXT=${CONTEXT-.}
SKIP_BUILD=${SKIP_BUILD-}
PROFILE=${PROFILE-starter}
REPORTS=${REPORTS-reports}
PRATIQUE=${PRATIQUE-pratique}
REGISTRY_FLAGS=${REGISTRY_FLAGS-}

if [ -z "$POLICY" ] && [ -z "$PUBLIC_KEY" ]; then
	echo "ci.sh: set POLICY or PUBLIC_KEY" >&2
	exit 2
fi
mkdir -p "$REPORTS"

if [ "$SKIP_BUILD" != 1 ]; then
	docker build --file "$DOCKERFILE" --tag "$IMAGE" "$CONTEXT"
	docker push "$IMAGE"
fi

# From here on everything speaks of one digest: a tag may move meanwhile.
# shellcheck disable=SC2086 # REGISTRY_FLAGS is split on purpose
"$PRATIQUE" inspect --quiet $REGISTRY_FLAGS -o json "$IMAGE" >"$REPORTS/before.json"
digest=$(sed -n 's/^{"schema":"[^"]*","image":"[^"]*","digest":"\(sha256:[0-9a-f]\{64\}\)".*/\1/p' "$REPORTS/before.json")
if [ -z "$digest" ]; then
	echo "ci.sh: $IMAGE has no digest" >&2
	exit 1
fi
case $IMAGE in
*@*) pinned=$IMAGE ;;
*) pinned=$IMAGE@$digest ;;
esac
echo "$pinned"

# The audit, signed and attached. Exit code 3 is a finding that denies: the
# reports are written, the truth is attested, and the image is not signed.
set -- --key "$KEY" --profile "$PROFILE"
if [ -n "$DOCKERFILE" ]; then
	set -- "$@" --dockerfile "$DOCKERFILE"
fi
# shellcheck disable=SC2086
"$PRATIQUE" attest "$@" $REGISTRY_FLAGS -o text \
	-o "json=$REPORTS/audit.json" -o "sarif=$REPORTS/audit.sarif" -o "junit=$REPORTS/audit.xml" "$pinned"

# shellcheck disable=SC2086
"$PRATIQUE" sign --key "$KEY" $REGISTRY_FLAGS "$pinned"

# What a deployment will be told, asked before there is one.
if [ -n "$POLICY" ]; then
	set -- --policy "$POLICY"
else
	set -- --key "$PUBLIC_KEY" --type cis-docker-image
fi
# shellcheck disable=SC2086
"$PRATIQUE" verify "$@" $REGISTRY_FLAGS -o text \
	-o "json=$REPORTS/verify.json" -o "sarif=$REPORTS/verify.sarif" -o "junit=$REPORTS/verify.xml" "$pinned"
