// Package lab holds what the end-to-end tests and the benchmark share: starting real registries,
// pushing images, recording and changing what goes over the wire, and running programs with their
// exit status and cost. It knows nothing of pratique's own packages; it drives the built program.
//
// Everything stays on the loopback. Programs run with a home of their own and with a proxy address
// that answers nothing, so a request to any other host fails at once instead of leaving the machine.
package lab
