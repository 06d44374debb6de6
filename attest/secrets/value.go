package secrets

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"math"
)

// Entropy is a value's Shannon entropy in hundredths of a bit per byte.
func Entropy(value string) int {
	var count [256]int
	for i := range len(value) {
		count[value[i]]++
	}
	bits := 0.0
	for _, n := range count {
		if n > 0 {
			p := float64(n) / float64(len(value))
			bits -= p * math.Log2(p)
		}
	}
	return int(math.Round(bits * 100))
}

// Fingerprint tells two secrets of one image apart. It is keyed, by a digest of
// what the secret was found in, and only 16 bits long, so that it confirms next
// to nothing to somebody who guesses.
func Fingerprint(key, value string) string {
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write([]byte(value))
	return hex.EncodeToString(mac.Sum(nil)[:2])
}
