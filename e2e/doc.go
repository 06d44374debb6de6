// Package e2e tests the built program from outside, against real registries and the real cosign.
//
//	make e2e
//
// builds everything it needs and runs it. Nothing here imports a package of the program: what users
// type, read and get as exit status is all that counts. A scenario is one row of a table: an image,
// command lines, and what pratique or cosign must say afterwards. Every scenario runs against a
// registry without the referrers API and against one with it.
//
// The tests carry the build tag e2e, so that a plain go test needs nothing but Go.
package e2e
