package server_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"

	"gochatting/internal/chattest"
)

// A server that is about to stop still answers everything, but has balancers send nobody new, and keeps no
// connection for another request.
func TestStopping(t *testing.T) {
	s := open(t, limited, noUpstream)
	ann := chattest.Join(t, s.URL, "ann@example.com")
	response, _ := page(t, ann, "/readyz")
	assert.Equal(t, http.StatusOK, response.StatusCode)
	assert.False(t, response.Close)
	s.Server.Stopping()
	for path, status := range map[string]int{
		"/readyz": http.StatusServiceUnavailable, "/healthz": http.StatusOK, "/rooms/lobby": http.StatusOK, "/api/v1/me": http.StatusOK,
	} {
		response, _ := page(t, ann, path)
		assert.Equal(t, status, response.StatusCode, path)
		assert.True(t, response.Close, path)
	}
	socket := ann.Open()
	assert.NotEmpty(t, socket.Welcome.You.ID)
}
