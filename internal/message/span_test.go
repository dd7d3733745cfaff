package message_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"

	"gochatting/internal/message"
)

func TestSpan(t *testing.T) {
	for seconds, says := range map[float64]string{
		0: "1 seconds", 0.1: "1 seconds", 1: "1 seconds", 1.1: "2 seconds", 60: "60 seconds", 89: "89 seconds",
		90: "2 minutes", 120: "2 minutes", 121: "3 minutes", 1800: "30 minutes", 5399: "90 minutes",
		5400: "2 hours", 24 * 3600: "24 hours", 36*3600 - 1: "36 hours", 36 * 3600: "2 days", 7 * 24 * 3600: "7 days",
	} {
		n, unit := message.Span(seconds)
		assert.Equal(t, says, fmt.Sprint(n, " ", unit), seconds)
	}
}
