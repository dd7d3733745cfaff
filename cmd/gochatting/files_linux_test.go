package main

import (
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/chattest"
	"gochatting/internal/message"
)

// The disk gets full in the middle of a file: who sends it is told, nothing of it stays, and it goes
// through when there is room again.
func TestHostile25FullDiskWhileUploading(t *testing.T) {
	disk := mount(t, 8<<20)
	data := filepath.Join(disk, "data")
	server := start(t, data)
	ann := chattest.Join(t, server.Base, "ann@example.com")
	ballast := filepath.Join(disk, "ballast")
	require.NoError(t, os.WriteFile(ballast, make([]byte, 5<<20), 0o600))

	content := strings.Repeat("x", 4<<20)
	var told struct{ Error message.Error }
	assert.Equal(t, http.StatusServiceUnavailable, ann.Post("/api/v1/files?name=x", content, &told))
	assert.Equal(t, message.CodeNotStored, told.Error.Code)
	require.NoError(t, filepath.WalkDir(filepath.Join(data, "files"), func(path string, d fs.DirEntry, err error) error {
		assert.True(t, err != nil || d.IsDir(), "%s is left", path)
		return err
	}))
	require.NoError(t, os.Remove(ballast))
	assert.Equal(t, http.StatusCreated, ann.Post("/api/v1/files?name=x", content, nil))
}
