#!/bin/sh
# Makes the namespace and registers what journeys are searched by. Run again, it changes nothing.
set -eu
: "${TEMPORAL_ADDRESS:?}" "${TEMPORAL_NAMESPACE:?}" "${RETENTION:?}"

temporal operator namespace describe --namespace "$TEMPORAL_NAMESPACE" >/dev/null 2>&1 ||
    temporal operator namespace create --namespace "$TEMPORAL_NAMESPACE" --retention "$RETENTION" \
        --description "Milepost: one journey a customer"

# A new namespace is known to the whole server only after some seconds.
tries=0
until known=$(temporal operator search-attribute list --namespace "$TEMPORAL_NAMESPACE" 2>&1); do
    tries=$((tries + 1))
    if [ "$tries" -ge 30 ]; then
        echo "$known" >&2
        exit 1
    fi
    sleep 2
done
register() {
    case $known in
        *"$1"*) ;;
        *) temporal operator search-attribute create --namespace "$TEMPORAL_NAMESPACE" --name "$1" --type "$2" ;;
    esac
}
register MilepostMap Keyword
register MilepostStage KeywordList
register MilepostRisk Bool
