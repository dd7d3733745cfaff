package room

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestTypingIsSaidAgainAfterAWhile(t *testing.T) {
	var w writes
	assert.True(t, w.news("lobby", noon))
	assert.False(t, w.news("lobby", noon.Add(time.Second)))
	assert.True(t, w.news("lobby", noon.Add(3*time.Second)), "counted from when it was said, not from when it was tried")
	assert.True(t, w.news("attic", noon.Add(3*time.Second)), "another room")
	assert.False(t, w.news("attic", noon.Add(4*time.Second)))
}
