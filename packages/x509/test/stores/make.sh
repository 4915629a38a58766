#!/bin/sh
# Makes the files of this directory with OpenSSL 3 and the keytool of Java 17, in the current directory.
set -eu
pass='hällo'
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout root.key -out root.pem -days 36500 -subj '/CN=Store Root' 2>/dev/null
openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout leaf.key -out leaf.csr -subj '/CN=store.example' 2>/dev/null
openssl x509 -req -in leaf.csr -CA root.pem -CAkey root.key -set_serial 7 -days 36500 -out leaf.pem 2>/dev/null

p12() { out=$1; shift; openssl pkcs12 -export -in leaf.pem -inkey leaf.key -certfile root.pem -name 'café' -passout "pass:$pass" -out "$out" "$@"; }
p12 modern.p12
p12 sha512.p12 -macalg sha512 -certpbe AES-128-CBC -keypbe AES-192-CBC
p12 no-mac.p12 -nomac
p12 plain-certificates.p12 -certpbe NONE
p12 legacy.p12 -legacy
p12 legacy-3des.p12 -legacy -certpbe PBE-SHA1-3DES -keypbe PBE-SHA1-2DES
p12 legacy-rc2-128.p12 -legacy -certpbe PBE-SHA1-RC2-128
pass='' && p12 empty-passphrase.p12
pass='hällo'

key() { out=$1; shift; openssl pkcs8 -topk8 -in leaf.key -passout "pass:$pass" -out "$out" "$@"; }
for cipher in aes-128-cbc aes-192-cbc aes-256-cbc des3; do
  for prf in hmacWithSHA1 hmacWithSHA256 hmacWithSHA384 hmacWithSHA512; do key "$cipher-$prf.key" -v2 $cipher -v2prf $prf; done
done
key scrypt.key -scrypt -scrypt_N 1024 -scrypt_r 8 -scrypt_p 1
key many-iterations.key -v2 aes-128-cbc -iter 3000000
key pbe-3des.key -v1 PBE-SHA1-3DES
for cipher in aes128 aes256 des3; do openssl ec -in leaf.key -$cipher -passout "pass:$pass" -out "proc-type-$cipher.key" 2>/dev/null; done
openssl pkcs8 -topk8 -nocrypt -in leaf.key -out leaf.key8

keytool -importcert -noprompt -alias 'Wurzel ä' -file root.pem -keystore trust.jks -storetype JKS -storepass changeit 2>/dev/null
keytool -importcert -noprompt -alias root -file root.pem -keystore trust.p12 -storetype PKCS12 -storepass changeit 2>/dev/null
cp trust.jks both.jks
openssl pkcs12 -export -in leaf.pem -inkey leaf.key -certfile root.pem -name leaf -passout pass:changeit -out tmp.p12
keytool -importkeystore -noprompt -srckeystore tmp.p12 -srcstorepass changeit -destkeystore both.jks -deststoretype JKS -deststorepass changeit 2>/dev/null
keytool -importkeystore -noprompt -srckeystore tmp.p12 -srcstorepass changeit -destkeystore java.p12 -deststoretype PKCS12 -deststorepass changeit 2>/dev/null
keytool -importkeystore -noprompt -srckeystore tmp.p12 -srcstorepass changeit -destkeystore some.jceks -deststoretype JCEKS -deststorepass changeit 2>/dev/null
rm tmp.p12 leaf.csr leaf.key root.key
