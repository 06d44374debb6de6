// Package cosign finds what cosign left beside an image and checks it against
// a ring of public keys.
//
// A cosign user may have any of these, and all are looked for every time, at
// the index and at every platform manifest: layers of the tags sha256-HEX.sig
// and sha256-HEX.att, the same layers in an OCI 1.1 artifact that refers to the
// image, and sigstore bundles (v0.3) that refer to it. Media types, annotations
// and artifact types of the registry's lists are hints. What counts is what was
// signed: the digest in the payload ties an item to the image, and the
// predicate type in the payload says what kind of item it is. A bundle is an
// image signature only if it says so under its signature; cosign itself takes
// every bundle for one.
//
// The cosign library is kept at arm's length. Its calls that read a registry
// start goroutines, and v2.6.5 panics in one of them on an annotation of two
// bytes, which no recover of ours would catch. So content is fetched by
// [verify.Content], its shape is checked here, and only the synchronous calls
// for one item are used, without the registry's annotations and under recover.
// What the library does not check is checked here too: the type and the
// repository of a payload, duplicate keys, the statement's type and subjects.
//
// No certificate, transparency log or timestamp is evaluated: an item counts
// by a key of the ring or not at all, and a key that comes with an item is
// never used. Claims therefore carry no time.
package cosign
