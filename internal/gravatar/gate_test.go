package gravatar

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestGatePausesLongerAndLonger(t *testing.T) {
	var g gate
	now := time.Now()
	broken := errors.New("connection refused")
	for range tolerated - 1 {
		require.NoError(t, g.enter(now, time.Second))
		assert.Zero(t, g.leave(now, broken))
	}
	for _, pause := range []time.Duration{30, 60, 120, 240, 480, 600, 600} {
		require.NoError(t, g.enter(now, time.Second))
		until := g.leave(now, broken)
		assert.Equal(t, pause*time.Second, until.Sub(now))
		assert.Error(t, g.enter(until.Add(-1), time.Second))
		now = until
	}
	require.NoError(t, g.enter(now, time.Second))
	assert.Zero(t, g.leave(now, nil))
	assert.Equal(t, gate{}, g)
}

func TestGateCountsAnswersAsLife(t *testing.T) {
	var g gate
	for range 10 {
		g.leave(time.Now(), fmt.Errorf("%w: HTML", errUnusable))
	}
	assert.Equal(t, gate{}, g)
}

// Four questions that fail together are one failure of upstream, not four pauses.
func TestGateTakesFailuresTogether(t *testing.T) {
	var g gate
	now := time.Now()
	for range tolerated + 4 {
		require.NoError(t, g.enter(now, time.Second))
	}
	for range tolerated + 4 {
		g.leave(now, errors.New("timeout"))
	}
	assert.Equal(t, now.Add(rest), g.opens())
}

func TestGateLetsOneTry(t *testing.T) {
	g := gate{failures: tolerated}
	now := time.Now()
	require.NoError(t, g.enter(now, 10*time.Second))
	var later *Later
	require.ErrorAs(t, g.enter(now, 10*time.Second), &later)
	assert.Equal(t, now.Add(10*time.Second), later.At)
	assert.NoError(t, g.enter(later.At, 10*time.Second), "should it never come back")
}

func TestGateKeepsTheLimitWhateverComesAfter(t *testing.T) {
	var g gate
	now := time.Now()
	g.leave(now, &Later{At: now.Add(time.Hour)})
	g.leave(now, nil)
	g.leave(now, &Later{At: now.Add(time.Minute)})
	assert.Equal(t, now.Add(time.Hour), g.opens())
}
