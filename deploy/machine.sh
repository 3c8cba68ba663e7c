# shellcheck shell=sh
# What the scripts ask of a machine: read by install.sh and change_over.sh.

# Whether a DATABASE_URL names the database of this machine, by its socket or its usual port. Then
# the machine has all of the shop; else it is one of several, and its pooler listens elsewhere.
is_here() {
    url=${1#*://}
    host=${url%%\?*}
    host=${host%%/*}
    host=${host##*@}
    case $url in *[?\&]host=*) host=${url##*[?&]host=} host=${host%%&*} ;; esac
    case ${host%:5432} in
        '' | /* | %2[Ff]* | localhost | 127.0.0.1 | '[::1]') return 0 ;;
        *) return 1 ;;
    esac
}

# The DATABASE_URL of a file of settings: of several lines the last one counts.
database_of() { sed -n 's/^DATABASE_URL=//p' "$1" 2>/dev/null | tail -1; }
