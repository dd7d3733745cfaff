package storetest

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/store"
)

// The files of a version's pages are kept once, for as long as servers have them, and a month.
func keptAssets(t *testing.T, w *world) {
	packed := 0
	keep := func(version string) {
		require.NoError(t, w.KeepAssets(t.Context(), version, func() ([]byte, error) {
			packed++
			return []byte{0, 0xff, byte(packed)}, nil
		}))
	}
	keep("older")
	keep("newer")
	keep("older")
	assert.Equal(t, 2, packed)
	for version, data := range map[string][]byte{"older": {0, 0xff, 1}, "newer": {0, 0xff, 2}} {
		got, err := w.Assets(t.Context(), version)
		require.NoError(t, err)
		assert.Equal(t, data, got)
	}
	_, err := w.Assets(t.Context(), "another")
	require.ErrorIs(t, err, store.ErrNotFound)

	w.pass(29 * 24 * time.Hour)
	keep("newer")
	w.pass(2 * 24 * time.Hour)
	keep("newest")
	_, err = w.Assets(t.Context(), "older")
	require.ErrorIs(t, err, store.ErrNotFound)
	_, err = w.Assets(t.Context(), "newer")
	require.NoError(t, err)
}
