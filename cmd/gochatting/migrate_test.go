package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/chattest"
	"gochatting/internal/message"
	"gochatting/internal/postgrestest"
)

// move runs gochatting migrate and gives what it prints. It must work.
func move(t *testing.T, from, to string) string {
	t.Helper()
	p := launch(t, "migrate", "--from", from, "--to", to)
	require.Zero(t, p.wait(), "exit code: %s", p.log)
	return p.out.String()
}

// noMove is move for what must be refused, and gives what it says.
func noMove(t *testing.T, from string, env ...string) string {
	t.Helper()
	p := launchWith(t, env, "migrate", "--from", from)
	assert.Equal(t, 1, p.wait(), "exit code: %s", p.out)
	return p.log.String()
}

// Ann and Ben have talked on one machine, which gets too small. After the move, on another one that has nothing but the
// database, they are who they were, all is there that they said and sent, and it goes on.
func TestMovingToPostgres(t *testing.T) {
	t.Parallel()
	to := postgrestest.New(t)
	data := t.TempDir()
	server := start(t, data)
	ann, ben := chattest.Join(t, server.Base, "ann@example.com"), chattest.Join(t, server.Base, "ben@example.com")
	attic := ann.MakeRoom(message.PrivateRoom, "Attic", ben)
	said := []string{"one", "二 and 👋", "three"}
	for _, content := range said {
		ann.SayIn(message.Lobby, content)
		ben.SayIn(attic.ID, content)
	}
	film := strings.Repeat("a film ", 200_000) // more than one part
	var lost, kept message.File
	require.Equal(t, http.StatusCreated, ann.Post("/api/v1/files?name=film.txt", film, &kept))
	require.Equal(t, http.StatusCreated, ann.Post("/api/v1/rooms/"+attic.ID+"/messages", `{"TextMessage":{"Content":"look","Files":[{"ID":"`+kept.ID+`"}]}}`, nil))
	require.Equal(t, http.StatusCreated, ann.Post("/api/v1/files?name=lost.txt", "its disk will lose it", &lost))
	lobby, room := ben.History(message.Lobby), ben.History(attic.ID)
	require.Len(t, room, 4)

	database := "GOCHATTING_DATABASE=" + to
	assert.Contains(t, noMove(t, data, database), "a server has the data folder "+data+"; stop it first")
	server.stop()
	assert.Contains(t, noMove(t, t.TempDir(), database), "there is no data of gochatting in the folder")
	assert.Contains(t, noMove(t, data), "--to")
	assert.Contains(t, noMove(t, data, "GOCHATTING_DATABASE=mysql://x:geheim@y"), "postgres://")
	dropBlob(t, data, "its disk will lose it")

	printed := move(t, data, to)
	assert.Contains(t, printed, "1 files and previews are there, 1.4 MB, each with its SHA-256.\n")
	assert.Regexp(t, `(?m)^messages +7 +[0-9a-f]{16}$`, printed)
	assert.Contains(t, printed, "1 files are missing or broken in "+filepath.Join(data, "files"))
	assert.Contains(t, printed, "Start every node with --database")
	assert.NotContains(t, printed, "postgres://", "it has a password")
	move(t, data, to) // again

	server = start(t, t.TempDir(), "--database", to)
	ann.Base, ben.Base = server.Base, server.Base
	assert.Equal(t, lobby, ben.History(message.Lobby))
	assert.Equal(t, room, ben.History(attic.ID))
	assert.True(t, download(t, ben, "/files/"+kept.ID+"/film.txt") == film)
	socket := ben.Open()
	next := ann.SayIn(message.Lobby, "here we are")
	assert.Equal(t, lobby[len(lobby)-1].TextMessage.Rev+1, next.Rev)
	assert.Equal(t, "here we are", socket.Hear().Content)
	socket.Leave()
	server.stop()
	assert.Contains(t, noMove(t, data, database), "people have been in the database since")
}

// dropBlob loses a content from a data folder.
func dropBlob(t *testing.T, data, content string) {
	t.Helper()
	sum := sha256.Sum256([]byte(content))
	hash := hex.EncodeToString(sum[:])
	require.NoError(t, os.Remove(filepath.Join(data, "files", hash[:2], hash[2:])))
}

// Who stops it half-way has nothing in the database, and can begin again.
func TestMovingIsInterrupted(t *testing.T) {
	t.Parallel()
	to := postgrestest.New(t)
	data := t.TempDir()
	server := start(t, data)
	ann := chattest.Join(t, server.Base, "ann@example.com")
	ann.SayIn(message.Lobby, "one")
	server.stop()
	move(t, data, to) // makes the tables

	// Somebody looks at the people, so that it must wait where it would begin to replace them.
	conn, err := pgx.Connect(t.Context(), to)
	require.NoError(t, err)
	defer func() { require.NoError(t, conn.Close(context.WithoutCancel(t.Context()))) }()
	look, err := conn.Begin(t.Context())
	require.NoError(t, err)
	_, err = look.Exec(t.Context(), `LOCK TABLE users IN SHARE MODE`)
	require.NoError(t, err)
	p := launch(t, "migrate", "--from", data, "--to", to)
	require.Eventually(t, func() bool {
		var waiting bool
		err := look.QueryRow(t.Context(), `SELECT EXISTS (SELECT 1 FROM pg_locks WHERE NOT granted AND relation = CAST('users' AS REGCLASS)
			AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))`).Scan(&waiting)
		return assert.NoError(t, err) && waiting
	}, 30*time.Second, 10*time.Millisecond)
	p.terminate()
	assert.Equal(t, 1, p.wait())
	assert.Contains(t, p.log.String(), "interrupted: nothing of it can be seen in the database, and it can be run again")
	require.NoError(t, look.Rollback(t.Context()))
	assert.Regexp(t, `(?m)^users +1 `, move(t, data, to))
}
