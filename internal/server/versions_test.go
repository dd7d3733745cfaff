package server_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/chattest"
	"gochatting/internal/store"
)

// A page that a server of another version has made, beside this one or before it, is served its own files:
// each version keeps its own where the others find them.
func TestPagesOfOtherVersions(t *testing.T) {
	s := open(t, limited, noUpstream)
	ann := chattest.Join(t, s.URL, "ann@example.com")
	_, room := page(t, ann, "/rooms/lobby", "Accept-Language", "en")
	version := regexp.MustCompile(`/static/(\w+)/en/`).FindStringSubmatch(room)[1]
	var packed []byte
	require.Eventually(t, func() (kept bool) {
		var err error
		packed, err = s.Store.Assets(t.Context(), version)
		return err == nil
	}, chattest.Patience, 10*time.Millisecond)

	type file struct {
		Type string
		Data []byte
	}
	var all struct{ Files, Words map[string]file }
	unbundle(t, packed, &all)
	all.Files["js/main.js"] = file{"text/javascript; charset=utf-8", []byte("// of another version\n")}
	require.NoError(t, s.Store.KeepAssets(t.Context(), "0123456789abcdef", func() ([]byte, error) { return bundle(all) }))
	response, body := page(t, ann, "/static/0123456789abcdef/en/js/main.js")
	assert.Equal(t, "// of another version\n", body)
	assert.Contains(t, response.Header.Get("Cache-Control"), "immutable")
	for _, path := range []string{"/css/base.css", "/js/later/catalogue.js"} {
		_, mine := page(t, ann, "/static/"+version+"/zh"+path)
		_, same := page(t, ann, "/static/0123456789abcdef/zh"+path)
		assert.Equal(t, mine, same)
	}
	for _, nowhere := range []string{"0123456789abcdee/en/js/main.js", "0/en/js/main.js", "0123456789abcdef/xx/js/main.js", "0123456789abcdef/en/js/none.js"} {
		response, _ := page(t, ann, "/static/"+nowhere)
		assert.Equal(t, http.StatusNotFound, response.StatusCode, nowhere)
	}
	_, err := s.Store.Assets(t.Context(), "0123456789abcdee")
	require.ErrorIs(t, err, store.ErrNotFound)
}

func unbundle(t *testing.T, packed []byte, into any) {
	r, err := gzip.NewReader(bytes.NewReader(packed))
	require.NoError(t, err)
	data, err := io.ReadAll(r)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(data, into))
}

func bundle(all any) ([]byte, error) {
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	err := errors.Join(json.NewEncoder(w).Encode(all), w.Close())
	return packed.Bytes(), err
}
