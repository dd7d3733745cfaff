package main

import (
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/chattest"
	"gochatting/internal/message"
)

// The disk is full. Ann and Cem are told of each message that it was not stored, Ben sees nothing
// of it, nobody can join, and the server says that it is not ready. When there is room again it
// goes on by itself: what is sent again is there, once.
func TestHostile25FullDisk(t *testing.T) {
	disk := mount(t, 4<<20)
	data := filepath.Join(disk, "data")
	server := start(t, data, "--limits", "off", "--log", "json")
	ann, ben := newWitness(t, server.Base, "ann@example.com"), newWitness(t, server.Base, "ben@example.com")
	cem := chattest.Join(t, server.Base, "cem@example.com")
	anns, bens, cems := ann.open(server.Base), ben.open(server.Base), cem.Open()
	assert.Equal(t, http.StatusOK, status(t, server.Base+"/readyz"))

	fill(t, filepath.Join(disk, "ballast"))
	// SQLite's log may have room for some more, in the pages that it has.
	stored, refused := 0, ""
	for n := 0; refused == ""; n++ {
		require.Less(t, n, 1000, "the disk does not get full")
		ref := "secret " + strconv.Itoa(n)
		anns.SayAs(ref, ref)
		if m := answerTo(anns, ref); m.MType == message.TextMType {
			stored++
		} else {
			assert.Equal(t, message.CodeNotStored, m.Error.Code)
			refused = ref
		}
	}
	require.EventuallyWithT(t, func(t *assert.CollectT) {
		assert.Equal(t, http.StatusServiceUnavailable, status(t, server.Base+"/readyz"))
	}, chattest.Patience, time.Millisecond)
	cems.SayAs("cem", "cem")
	m := answerTo(cems, "cem")
	require.Equal(t, message.ErrorMType, m.MType)
	assert.Equal(t, message.CodeNotStored, m.Error.Code)
	var told struct{ Error message.Error }
	assert.Equal(t, http.StatusServiceUnavailable, cem.Post("/api/v1/rooms/lobby/messages", `{"MType":"text_mtype","Ref":"api","TextMessage":{"Content":"api"}}`, &told))
	assert.Equal(t, message.CodeNotStored, told.Error.Code)
	joined, _ := chattest.Visitor(t, server.Base).Submit("/join", map[string][]string{"email": {"dan@example.com"}})
	assert.Equal(t, http.StatusServiceUnavailable, joined)
	assert.Len(t, cem.History(message.Lobby), stored, "reading goes on")
	assert.Equal(t, http.StatusOK, status(t, server.Base+"/healthz"))

	require.NoError(t, os.Remove(filepath.Join(disk, "ballast")))
	anns.SayAs(refused, refused)
	require.Equal(t, message.TextMType, answerTo(anns, refused).MType)
	cems.SayAs("cem", "cem")
	require.Equal(t, message.TextMType, answerTo(cems, "cem").MType)
	assert.Equal(t, http.StatusOK, status(t, server.Base+"/readyz"))
	for ben.rev < int64(stored+2) {
		ben.hear(bens.Read())
	}
	ann.catchUp(0)
	for _, s := range []*chattest.Socket{anns, bens, cems} {
		s.Leave()
	}
	server.stop()
	for line := range strings.Lines(server.log.String()) {
		assert.True(t, json.Valid([]byte(line)), "%s", line)
		assert.NotContains(t, line, "secret", "what they say is not logged")
		assert.NotContains(t, line, "@example.com", "nor who they are")
	}

	server = start(t, data, "--limits", "off")
	ben.Base = server.Base
	history := ben.History(message.Lobby)
	requireWhole(t, history)
	assert.Len(t, history, stored+2)
	ben.testify(history)
	assert.Len(t, ben.seen, len(history), "Ben saw all of it, live")
	ann.testify(history)
}

// answerTo reads on to what answers the Ref: the text or an error.
func answerTo(s *chattest.Socket, ref string) message.Message {
	for {
		if m := s.Read(); m.Ref == ref {
			return m
		}
	}
}

// fill writes a file until there is no room for more.
func fill(t *testing.T, path string) {
	file, err := os.Create(path)
	require.NoError(t, err)
	defer file.Close()
	zero, err := os.Open("/dev/zero")
	require.NoError(t, err)
	defer zero.Close()
	_, err = io.Copy(file, zero)
	require.ErrorIs(t, err, syscall.ENOSPC)
}

// mount gives a disk of its own size. Only root can; with GOCHATTING_ROOT_TESTS=1 whoever cannot
// fails, else the test is skipped.
func mount(t *testing.T, bytes int) string {
	dir := t.TempDir()
	err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size="+strconv.Itoa(bytes))
	if err != nil && os.Getenv("GOCHATTING_ROOT_TESTS") != "1" {
		t.Skip("a disk that can be full needs root, and that mounting is allowed:", err)
	}
	require.NoError(t, err, "mount a disk that can be full")
	t.Cleanup(func() { assert.NoError(t, syscall.Unmount(dir, 0)) })
	return dir
}
