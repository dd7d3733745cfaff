package room

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/message"
)

func frame(rev int64) *message.Frame {
	return &message.Frame{ID: rev, Rev: rev, Bytes: message.AppendHeader(nil, 0)}
}

func revs(frames []*message.Frame) (list []int64) {
	for _, f := range frames {
		list = append(list, f.Rev)
	}
	return list
}

func TestSequenceHoldsWhatIsBehindAHole(t *testing.T) {
	s := sequence{rev: 10, seen: 10}
	assert.Equal(t, []int64{11}, revs(s.take(frame(11))))
	assert.Empty(t, s.take(frame(13)))
	assert.Empty(t, s.take(frame(14)))
	assert.Empty(t, s.take(frame(11)), "doubled")
	assert.True(t, mustFill(&s))
	assert.False(t, mustFill(&s), "the store is asked once")
	assert.Equal(t, []int64{12, 13, 14}, revs(s.take(frame(12))), "it came after all")
	assert.Empty(t, s.fill([]*message.Frame{frame(12), frame(13)}), "nothing twice")
	assert.False(t, mustFill(&s))
}

// mustFill reports whether the store is asked when a hole has been there for a while.
func mustFill(s *sequence) bool {
	now, _ := s.mustFill(noon)
	later, _ := s.mustFill(noon.Add(swapWait))
	return now || later
}

func TestSequenceWaitsForWhatWasSwapped(t *testing.T) {
	s := sequence{rev: 10, seen: 10}
	must := func(after, wait time.Duration) {
		t.Helper()
		now, later := s.mustFill(noon.Add(after))
		assert.False(t, now)
		assert.Equal(t, wait, later)
	}
	s.take(frame(12))
	must(0, swapWait)
	must(10*time.Millisecond, 15*time.Millisecond)
	assert.Equal(t, []int64{11, 12}, revs(s.take(frame(11))))
	must(20*time.Millisecond, 0)
	s.take(frame(14))
	must(20*time.Millisecond, swapWait)
	s.take(frame(16))
	assert.Equal(t, []int64{13, 14}, revs(s.take(frame(13))))
	must(30*time.Millisecond, swapWait) // another hole
	now, _ := s.mustFill(noon.Add(30*time.Millisecond + swapWait))
	assert.True(t, now)
}

func TestSequenceGoesOnAtOnceWhileTheStoreHasMore(t *testing.T) {
	s := sequence{rev: 0, seen: 0}
	s.reach(fillStep + 7)
	require.True(t, mustFill(&s))
	full := make([]*message.Frame, fillStep)
	for i := range full {
		full[i] = frame(int64(i + 1))
	}
	assert.Len(t, s.fill(full), fillStep)
	now, _ := s.mustFill(noon.Add(swapWait))
	assert.True(t, now)
	assert.Len(t, s.fill([]*message.Frame{frame(fillStep + 1)}), 1)
	now, later := s.mustFill(noon.Add(swapWait))
	assert.False(t, now, "what the store has not yet may be on its way")
	assert.Equal(t, swapWait, later)
}

func TestSequenceTakesTheStoreForTheTruth(t *testing.T) {
	s := sequence{rev: 1, seen: 1}
	assert.Empty(t, s.take(frame(5)))
	require.True(t, mustFill(&s))
	assert.Equal(t, []int64{2, 4, 5}, revs(s.fill([]*message.Frame{frame(2), frame(4)})), "rev 3 was overtaken by a later change")
	assert.False(t, mustFill(&s))

	assert.Empty(t, s.take(frame(9)))
	require.True(t, mustFill(&s))
	assert.Empty(t, s.fill(nil), "the store knows nothing of it")
	assert.False(t, mustFill(&s), "and is not asked for ever")
	assert.Equal(t, []int64{6}, revs(s.take(frame(6))))
}

func TestSequenceHoldsOnlySoMany(t *testing.T) {
	var s sequence
	for rev := int64(2); rev < 3*heldFrames; rev++ {
		s.take(frame(rev))
	}
	assert.Len(t, s.held, heldFrames)
	assert.True(t, mustFill(&s))
}

// Whatever the bus drops, doubles and swaps, what comes out is every rev once and in order.
func TestSequenceOnABadBus(t *testing.T) {
	for range 200 {
		seed := rand.Uint64()
		r := rand.New(rand.NewPCG(seed, 0))
		const n = 300
		var s sequence
		var out []int64
		var asked int64 = -1
		for rev := int64(1); rev <= n; rev++ {
			for range r.IntN(3) { // 0: dropped, 2: doubled
				swapped := max(1, min(n, rev+r.Int64N(9)-4))
				out = append(out, revs(s.take(frame(swapped)))...)
			}
			if asked >= 0 && r.IntN(4) == 0 { // the store's answer comes some time later
				var stored []*message.Frame
				for f := asked + 1; f <= min(asked+20, n); f++ {
					stored = append(stored, frame(f))
				}
				asked = -1
				out = append(out, revs(s.fill(stored))...)
			}
			if asked < 0 && mustFill(&s) {
				asked = s.rev
			}
		}
		for i, rev := range out {
			require.Equal(t, int64(i+1), rev, "seed %d", seed)
		}
		require.NotEmpty(t, out, "seed %d", seed)
	}
}
