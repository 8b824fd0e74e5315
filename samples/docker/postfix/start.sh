#!/bin/sh
# Takes the sample lines as they are; only the addresses of the neighbours differ between containers.
set -eu
sed -e "s/\[127.0.0.1\]:2525/[recorder]:2525/" /setup/lmtp-hook.cf >> /etc/postfix/main.cf
postconf -e "myhostname = mail.example.edu" "mydestination =" "inet_interfaces = all" "maillog_file = /dev/stdout" "mynetworks = 127.0.0.0/8"
exec postfix start-fg
