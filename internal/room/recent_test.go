package room

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"

	"gochatting/internal/message"
)

func TestRecentKnowsTheEndOfTheLog(t *testing.T) {
	l := recent{from: math.MaxInt64}
	_, known := l.since(5, 0, 10)
	assert.False(t, known, "nothing before it has begun")

	l.begin(100)
	frames, known := l.since(100, 0, 10)
	assert.True(t, known)
	assert.Empty(t, frames)
	_, known = l.since(99, 0, 10)
	assert.False(t, known, "what was before only the store knows")
	_, known = l.since(100, 101, 10)
	assert.False(t, known, "somebody was told that 101 is stored; it is still on its way")

	for rev := int64(101); rev <= 4000; rev++ {
		l.add([]*message.Frame{frame(rev)})
	}
	for _, c := range []struct {
		rev   int64
		limit int
		want  []int64
	}{
		{3998, 10, []int64{3999, 4000}},
		{3990, 3, []int64{3991, 3992, 3993}},
		{4000, 10, nil},
		{5000, 10, nil},
	} {
		frames, known := l.since(c.rev, 4000, c.limit)
		assert.True(t, known)
		assert.Equal(t, c.want, revs(frames))
	}
	frames, known = l.since(4000-recentFrames, 4000, 1000)
	assert.True(t, known)
	assert.Len(t, frames, recentFrames)
	_, known = l.since(4000-3*recentFrames, 4000, 10)
	assert.False(t, known, "and it is not kept for ever")
	assert.LessOrEqual(t, len(l.frames), 2*recentFrames)
}
