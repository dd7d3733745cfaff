package main

import (
	"encoding/json"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/chattest"
	"gochatting/internal/message"
)

// Eight windows of Ann's upload, and the server is killed in the middle of it, again and again: each
// file that was acknowledged is there afterwards, whole, and can be sent; nothing else is.
func TestHostile24KillWhileUploading(t *testing.T) {
	const rounds, windows = 5, 8
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	data := t.TempDir()
	server := start(t, data, "--limits", "off")
	ann := chattest.Join(t, server.Base, "ann@example.com")

	var mu sync.Mutex
	kept := make(map[string]string) // content, by ID
	for range rounds {
		ann.Base = server.Base
		var sent atomic.Int64
		killed := make(chan struct{})
		last := 1 + random.Int64N(60)
		var all sync.WaitGroup
		for w := range windows {
			content := rand.New(rand.NewPCG(random.Uint64(), uint64(w)))
			all.Go(func() {
				for {
					text := strings.Repeat(string(rune('a'+content.IntN(26))), 1+content.IntN(200_000))
					f, acknowledged := upload(ann, text)
					if !acknowledged {
						return
					}
					mu.Lock()
					kept[f.ID] = text
					mu.Unlock()
					if sent.Add(1) == last {
						close(killed)
					}
				}
			})
		}
		<-killed
		server.kill()
		all.Wait()
		ann.HTTP.CloseIdleConnections()
		server = start(t, data, "--limits", "off")
	}
	ann.Base = server.Base
	for id, text := range kept {
		response, err := ann.HTTP.Get(ann.Base + "/files/" + id + "/x")
		require.NoError(t, err)
		content, err := io.ReadAll(response.Body)
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		require.Equal(t, http.StatusOK, response.StatusCode)
		require.Equal(t, text, string(content))
		assert.Equal(t, http.StatusCreated, ann.Post("/api/v1/rooms/lobby/messages", `{"TextMessage":{"Content":"","Files":[{"ID":"`+id+`"}]}}`, nil))
	}
	half, err := os.ReadDir(filepath.Join(data, "files", "new"))
	require.NoError(t, err)
	assert.Empty(t, half)
	t.Logf("%d files", len(kept))
}

// upload is false when there was no answer.
func upload(p *chattest.Person, content string) (f message.File, acknowledged bool) {
	response, err := p.HTTP.Post(p.Base+"/api/v1/files?name="+url.QueryEscape("x.txt"), "text/plain", strings.NewReader(content))
	if err != nil {
		return f, false
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusCreated {
		return f, false
	}
	return f, json.NewDecoder(response.Body).Decode(&f) == nil
}
