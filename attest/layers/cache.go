package layers

import "github.com/pratique-dev/pratique/verify"

// Cache keeps layers on disk.
type Cache struct{}

func (c *Cache) get(d verify.Digest, contents bool) *Layer { return nil }

func (c *Cache) put(d verify.Digest, l *Layer) {}
