package room

import (
	"context"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestOneThingAtATimeHappensToAUser(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		all := turns{taken: make(map[string]chan struct{})}
		require.NoError(t, all.take(t.Context(), "ann"))
		require.NoError(t, all.take(t.Context(), "ben"), "another user's turn is another")

		var had []int
		for i := range 3 {
			go func() {
				if assert.NoError(t, all.take(t.Context(), "ann")) {
					had = append(had, i)
				}
			}()
		}
		impatient, cancel := context.WithCancel(t.Context())
		cancel()
		require.ErrorIs(t, all.take(impatient, "ann"), context.Canceled)
		for n := range 4 {
			synctest.Wait()
			require.Len(t, had, n)
			all.give("ann")
		}
		all.give("ben")
		assert.Empty(t, all.taken)
	})
}
