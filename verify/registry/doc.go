// Package registry reads and writes OCI registries.
//
// [Client] is the one place where a tag becomes a digest, and the
// [verify.Content] that evidence is read through. It trusts a registry with
// nothing: every body is capped, timed and hashed against the digest it was
// asked for, a list of referrers is a list of hints, and an answer that
// contradicts itself is refused.
//
// Three kinds of "no" stay apart. A registry that says 404 has nothing
// ([verify.ErrNone]). A body that is not what was asked for does not verify
// ([verify.ErrInvalid]). Everything else, from a refused login to a dropped
// connection, means that we could not look, and is never one of the first two.
//
// # Talking to strangers
//
// The name of an image decides which host is called, and whoever writes that
// name, or runs that host, may mean ill. So credentials go to the host they
// were given for and, for a token, to that host's own realm or one the
// operator listed; plain http is spoken only where the operator said so; and
// a redirect or a realm on another host never reaches a private address
// unless the operator listed that host too.
//
// # Writing without compare-and-swap
//
// The distribution specification has no conditional put. Two writers who read
// the same index and push their own version of it lose one entry, and the
// registry tells neither. [Client.UpdateTag] therefore reads back, waits until
// every writer that had read the old index must have pushed, reads again, and
// merges anew if its own entry is gone. Registries with the referrers API need
// none of this: there a referrer is attached by pushing it.
//
// # Streams
//
// Layers are too large to hold. [Client.Open] hands out a blob as it comes in,
// by the same rules as every read, but for the clock: a stream may take as long
// as it makes progress. Its bytes are counted here and hashed by the caller.
//
// # Limits
//
// A Client remembers what it fetched and is meant for one run or one decision,
// not for the life of a daemon. Behind an HTTP proxy names are resolved by the
// proxy, so the check on private addresses sees only literal ones.
package registry
