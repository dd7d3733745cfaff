package bench

import (
	"context"
	"io"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Both limits deliver everything once, to everyone, also in a flood, and end when told.
func TestLimitsDeliver(t *testing.T) {
	for _, name := range []string{RawLimit, RawBatch} {
		t.Run(name, func(t *testing.T) {
			ctx, end := context.WithCancel(t.Context())
			out, in := io.Pipe()
			ended := make(chan error, 1)
			go func() { ended <- ServeLimit(ctx, name, in) }()
			found := make(chan [2]string, 1)
			go read(out, found)
			at := <-found
			defer func() {
				end()
				assert.NoError(t, <-ended)
				assert.NoError(t, in.Close())
			}()

			b := &bench{Options: small(), run: token(), progress: io.Discard}
			s, err := b.server(at[0], false, nil)
			require.NoError(t, err)
			s.profiles = at[1]
			r, err := b.converse(ctx, s, talk{users: 10, speakers: 10, inAir: 2, duration: 100 * time.Millisecond})
			require.NoError(t, err)
			assert.Zero(t, r.Lost+r.Twice+r.Evicted)
			assert.Equal(t, 10*r.Messages, r.Deliveries)
			assert.Greater(t, r.Messages, int64(20), "speakers go on when they hear themselves")
			assert.NotZero(t, r.Memory)
			require.NoError(t, s.stop())
		})
	}
}
