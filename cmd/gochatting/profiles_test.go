package main

import (
	"io"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The operator asks for profiles on loopback: there they are, for who asks by an address of
// loopback, and nowhere else.
func TestProfilesAreForThisMachine(t *testing.T) {
	t.Parallel()
	server := start(t, t.TempDir(), "--pprof", "127.0.0.1:0")
	profiles := server.out.await(t, `profiles are at (http://\S+/debug/pprof/)\n`)

	status, text := fetch(t, profiles+"heap?gc=1&debug=1", "")
	assert.Equal(t, http.StatusOK, status)
	assert.Contains(t, text, "# HeapAlloc = ")
	status, _ = fetch(t, profiles+"heap", "localhost:6060")
	assert.Equal(t, http.StatusOK, status)
	status, text = fetch(t, profiles+"heap?debug=1", "rebound.example.com:6060")
	assert.Equal(t, http.StatusForbidden, status)
	assert.NotContains(t, text, "HeapAlloc")
	status, text = fetch(t, profiles+"cmdline", "")
	assert.Equal(t, http.StatusNotFound, status)
	assert.NotContains(t, text, "--pprof", "a key may stand in the command line")

	status, _ = fetch(t, server.Base+"/debug/pprof/heap", "")
	assert.Equal(t, http.StatusNotFound, status, "where people come in")
}

func TestProfilesOnATakenAddressAreRefused(t *testing.T) {
	t.Parallel()
	server := start(t, t.TempDir())
	second := launch(t, "--addr", "127.0.0.1:0", "--data", t.TempDir(), "--gravatar", "off", "--pprof", server.Base[len("http://"):])
	assert.Equal(t, 1, second.wait(), "exit code")
	assert.Regexp(t, `choose another address with --pprof\n$`, second.log.String())
}

// fetch asks for a URL, under another Host unless that is empty.
func fetch(t *testing.T, url, host string) (status int, body string) {
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	require.NoError(t, err)
	request.Host = host
	request.Close = true
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return response.StatusCode, string(text)
}
