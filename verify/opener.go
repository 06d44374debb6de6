package verify

import (
	"context"
	"io"
)

// Opener streams blobs that are too large to hold.
type Opener interface {
	// Open starts to read a blob. The reader fails where the bytes are more or
	// fewer than d.Size says, or stop coming; the caller hashes them. A
	// descriptor of foreign content wraps ErrInvalid, without a request.
	Open(ctx context.Context, repo string, d Descriptor) (io.ReadCloser, error)
}
