package files

import (
	"context"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// source is a folder with some contents, and their hashes.
func source(t *testing.T) (d *Disk, hashes []string) {
	d, _ = openDisk(t)
	for _, content := range []string{"", "one", long(3*partSize + 1)} {
		b, release := put(t, d, content)
		release()
		hashes = append(hashes, b.Hash)
	}
	return d, hashes
}

func copied(t *testing.T, w *world) {
	from, hashes := source(t)
	for range 2 {
		var done []int
		var all int64
		lost, err := Copy(t.Context(), from, w, hashes, func(n int, bytes int64) { done, all = append(done, n), bytes })
		require.NoError(t, err)
		assert.Empty(t, lost)
		assert.Equal(t, []int{1, 2, 3}, done)
		assert.EqualValues(t, 3+3*partSize+1, all)
		assert.ElementsMatch(t, hashes, w.there())
	}
	assert.Len(t, there(t, from.dir), 3, "nothing is taken away")
	require.NoError(t, w.other.Sweep(t.Context()))
	assert.Empty(t, w.there(), "nothing holds them")
}

func copiedWithoutTheLost(t *testing.T, w *world) {
	from, hashes := source(t)
	require.NoError(t, os.Remove(from.path(hashes[0])))
	require.NoError(t, os.WriteFile(from.path(hashes[1]), []byte("bits have turned"), 0o600))
	lost, err := Copy(t.Context(), from, w, hashes, func(int, int64) {})
	require.NoError(t, err)
	assert.Equal(t, hashes[:2], lost)
	assert.Equal(t, hashes[2:], w.there())
}

func copiedAgain(t *testing.T, w *world) {
	from, hashes := source(t)
	ctx, cancel := context.WithCancel(t.Context())
	_, err := Copy(ctx, from, w, hashes, func(n int, _ int64) {
		if n == 2 {
			cancel()
		}
	})
	require.ErrorIs(t, err, context.Canceled)
	assert.Len(t, w.there(), 2)
	require.NoError(t, os.RemoveAll(from.path(hashes[1])), "what is there is not copied again")
	lost, err := Copy(t.Context(), from, w, hashes, func(int, int64) {})
	require.NoError(t, err)
	assert.Empty(t, lost)
	assert.ElementsMatch(t, hashes, w.there())

	// Nor is it believed without a look.
	w.spoil(hashes[2])
	_, err = Copy(t.Context(), from, w, hashes, func(int, int64) {})
	require.ErrorContains(t, err, "it has arrived as something else")
}
