package server

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/files"
	"gochatting/internal/message"
	"gochatting/internal/store"
	"gochatting/internal/user"
)

// What a crash left is deleted at the start, what nobody attached after a day; what is in a message
// stays. A session on which a socket stands lives as long as that.
func TestTheSweep(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		out := slog.New(slog.NewTextHandler(t.Output(), nil))
		kept, err := store.Open(t.Context(), store.Options{Dir: dir, Log: out})
		require.NoError(t, err)
		defer func() { assert.NoError(t, kept.Close()) }()
		disk, err := files.OpenDisk(filepath.Join(dir, "files"), kept.UsesBlob)
		require.NoError(t, err)
		ann, err := kept.Guest(t.Context(), "ann@example.com", "Ann", "")
		require.NoError(t, err)

		put := func(content string) (hash string) {
			b, release, err := disk.Put(t.Context(), strings.NewReader(content), 100)
			require.NoError(t, err)
			require.NoError(t, release())
			return b.Hash
		}
		isThere := func(hash string) bool {
			content, err := disk.Open(t.Context(), hash)
			if errors.Is(err, files.ErrGone) {
				return false
			}
			require.NoError(t, err)
			return assert.NoError(t, content.Close())
		}
		lost, waiting, attached := put("a crash left this"), put("never attached"), put("in a message")
		for _, hash := range []string{waiting, attached} {
			f := store.File{File: message.File{ID: hash}, Owner: ann.ID, Hash: hash, Created: time.Now()}
			require.NoError(t, kept.AddFile(t.Context(), f))
		}
		_, _, err = kept.Post(t.Context(), store.Draft{Room: message.Lobby, Author: ann.Public(), Files: []message.File{{ID: attached}}})
		require.NoError(t, err)

		srv := &Server{
			store: kept, files: files.NewUploads(disk), out: out, removals: newRemovals(),
			versions: newVersions(&static{version: "0123456789abcdef"}, kept),
		}
		var users []string
		srv.sockets = &sockets{users: make(map[string][]*user.OnlineUser)}
		for _, email := range []string{"ben@example.com", "cleo@example.com"} {
			claimed, err := kept.Claim(t.Context(), store.Claim{Email: email, Name: email, TokenHash: []byte(email)})
			require.NoError(t, err)
			users = append(users, claimed.Session.User.ID)
			if len(users) == 1 {
				srv.sockets.users[claimed.Session.ID] = nil
			}
		}
		devices := func(user string) int {
			sessions, err := kept.Devices(t.Context(), user)
			require.NoError(t, err)
			return len(sessions)
		}
		time.Sleep(time.Second) // or it were not used later than it was made
		ctx, stop := context.WithCancel(t.Context())
		swept := make(chan struct{})
		go func() {
			defer close(swept)
			srv.sweep(ctx)
		}()
		time.Sleep(time.Minute)
		assert.False(t, isThere(lost))
		time.Sleep(filesWait - time.Hour)
		assert.True(t, isThere(waiting))
		time.Sleep(2 * time.Hour)
		assert.False(t, isThere(waiting))
		assert.True(t, isThere(attached))
		assert.Equal(t, 1, devices(users[0]))
		assert.Zero(t, devices(users[1]), "which was never used")
		stop()
		<-swept
	})
}
