package storetest

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/message"
	"gochatting/internal/store"
)

// upload is a file of somebody's that is not attached yet. Equal contents have equal hashes.
func (w *world) upload(t *testing.T, owner message.User, name, content string) store.File {
	f := store.File{
		File: message.File{ID: store.NewFileID(), Name: name, Type: "text/plain", Size: int64(len(content))},
		Hash: content, Owner: owner.ID, Created: w.now().Truncate(time.Microsecond),
	}
	require.NoError(t, w.AddFile(t.Context(), f))
	f.File = f.Public()
	return f
}

func (w *world) sayWith(t *testing.T, who message.User, room, ref string, files ...message.File) (message.Message, error) {
	m, _, err := w.Post(t.Context(), store.Draft{Room: room, Author: who, Ref: ref, Files: files})
	return m, err
}

// among makes a private room.
func (w *world) among(t *testing.T, maker message.User, others ...message.User) string {
	r := store.NewRoom{Name: "Among us", Kind: message.PrivateRoom}
	for _, u := range others {
		r.Users = append(r.Users, u.ID)
	}
	room, _, err := w.MakeRoom(t.Context(), maker.ID, r)
	require.NoError(t, err)
	return room.ID
}

func (w *world) uses(t *testing.T, hashes ...string) (used []string) {
	for _, hash := range hashes {
		is, err := w.UsesBlob(t.Context(), hash)
		require.NoError(t, err)
		if is {
			used = append(used, hash)
		}
	}
	return used
}

func attaching(t *testing.T, w *world) {
	ann, ben := w.guest(t, "ann"), w.guest(t, "ben")
	photo := store.File{
		File: message.File{ID: store.NewFileID(), Name: "季度 1/2.png", Type: "image/png", Size: 5, Width: 40, Height: 30},
		Hash: "photo", PreviewHash: "small", Owner: ann.ID, Created: w.now().Truncate(time.Microsecond),
	}
	require.NoError(t, w.AddFile(t.Context(), photo))
	notes := w.upload(t, ann, "notes.txt", "notes")
	photo.URL, photo.Preview = "/files/"+photo.ID+"/%E5%AD%A3%E5%BA%A6%201%2F2.png", "/previews/"+photo.ID
	kept, err := w.File(t.Context(), ann.ID, photo.ID)
	require.NoError(t, err)
	assert.Equal(t, photo, kept)

	alt := " A \u202edog\n\x00 and " + strings.Repeat("长", 600)
	m, err := w.sayWith(t, ann, message.Lobby, "r1", message.File{ID: photo.ID, Alt: alt, Name: "of the client", Size: 99, URL: "javascript:"}, message.File{ID: notes.ID})
	require.NoError(t, err)
	with := photo.File
	with.Alt = "A dog and " + strings.Repeat("长", 490)
	assert.Equal(t, []message.File{with, notes.File}, m.TextMessage.Files, "as they were kept, in the order of the message")
	said, err := w.Before(t.Context(), ben.ID, message.Lobby, 0, 0)
	require.NoError(t, err)
	assert.Equal(t, m.TextMessage.Files, said[0].TextMessage.Files)
	assert.Equal(t, m.TextMessage.Files, w.heard()[0].TextMessage.Files)

	again, repeated, err := w.Post(t.Context(), store.Draft{Room: message.Lobby, Author: ann, Ref: "r1", Files: []message.File{{ID: photo.ID}, {ID: notes.ID}}})
	require.NoError(t, err)
	assert.True(t, repeated)
	assert.Equal(t, m, again, "sent twice, said once")
}

// What cannot be attached says nothing, changes nothing, and is nobody else's trouble.
func attachingRefused(t *testing.T, w *world) {
	ann, ben := w.guest(t, "ann"), w.guest(t, "ben")
	bens, used := w.upload(t, ben, "ben's", "b"), w.upload(t, ann, "used", "u")
	_, err := w.sayWith(t, ann, message.Lobby, "", used.File)
	require.NoError(t, err)
	var mine []message.File
	for range store.MostFiles + 1 {
		mine = append(mine, w.upload(t, ann, "mine", "m").File)
	}
	before := len(w.heard())
	var all sync.WaitGroup
	for what, c := range map[string]struct {
		code  string
		files []message.File
	}{
		"of somebody else":  {message.CodeInvalid, []message.File{mine[0], bens.File}},
		"attached already":  {message.CodeInvalid, []message.File{mine[0], used.File}},
		"twice":             {message.CodeInvalid, []message.File{mine[0], mine[0]}},
		"never heard of":    {message.CodeInvalid, []message.File{mine[0], {ID: "x' OR 1=1"}}},
		"one more than may": {message.CodeLimit, mine},
	} {
		all.Go(func() {
			_, err := w.sayWith(t, ann, message.Lobby, what, c.files...)
			var told *message.Error
			if assert.ErrorAs(t, err, &told, what) {
				assert.Equal(t, c.code, told.Code, what)
			}
		})
	}
	all.Go(func() {
		_, _, err := w.Post(t.Context(), store.Draft{Room: message.Lobby, Author: ben, Content: "Somebody else, at the same time"})
		assert.NoError(t, err)
	})
	all.Wait()
	heard := w.heard()
	require.Len(t, heard, before+1)
	assert.Equal(t, int64(before+1), heard[before].TextMessage.Rev, "no rev is missing")
	_, err = w.sayWith(t, ann, message.Lobby, "", mine[:store.MostFiles]...)
	require.NoError(t, err, "all of them could still be attached")
}

func seeingFiles(t *testing.T, w *world) {
	ann, ben, cem := w.guest(t, "ann"), w.guest(t, "ben"), w.guest(t, "cem")
	sees := func(f store.File) (names []string) {
		for _, u := range []message.User{ann, ben, cem} {
			if _, err := w.File(t.Context(), u.ID, f.ID); err == nil {
				names = append(names, u.Name)
			} else {
				require.ErrorIs(t, err, store.ErrNotFound)
			}
		}
		return names
	}
	f := w.upload(t, ann, "a", "a")
	assert.Equal(t, []string{"ann"}, sees(f), "not attached yet")
	private := w.among(t, ann, ben)
	_, err := w.sayWith(t, ann, private, "", f.File)
	require.NoError(t, err)
	assert.Equal(t, []string{"ann", "ben"}, sees(f), "in a private room")
	left, err := w.RemoveMember(t.Context(), ann.ID, private, ann.ID)
	require.NoError(t, err)
	require.True(t, left)
	assert.Equal(t, []string{"ben"}, sees(f), "whose owner has left")

	room, _, err := w.MakeRoom(t.Context(), ann.ID, store.NewRoom{Name: "Garden", Kind: message.OpenRoom})
	require.NoError(t, err)
	f = w.upload(t, ann, "b", "b")
	_, err = w.sayWith(t, ann, room.ID, "", f.File)
	require.NoError(t, err)
	assert.Equal(t, []string{"ann", "ben", "cem"}, sees(f), "in an open room")
	_, err = w.File(t.Context(), ann.ID, "nothing")
	require.ErrorIs(t, err, store.ErrNotFound)
}

func droppingFiles(t *testing.T, w *world) {
	ann, ben := w.guest(t, "ann"), w.guest(t, "ben")
	with := store.File{
		File: message.File{ID: store.NewFileID(), Name: "p.png", Type: "image/png", Size: 7, Width: 1, Height: 1},
		Hash: "picture", PreviewHash: "preview", Owner: ann.ID, Created: w.now(),
	}
	require.NoError(t, w.AddFile(t.Context(), with))
	same, other := w.upload(t, ben, "same.png", "picture"), w.upload(t, ann, "o", "other")
	bytes, err := w.UsedBy(t.Context(), ann.ID)
	require.NoError(t, err)
	assert.EqualValues(t, 7+5, bytes)

	for _, who := range []string{ben.ID, "nobody"} {
		_, err = w.DropFile(t.Context(), who, with.ID)
		require.ErrorIs(t, err, store.ErrNotFound)
	}
	m, err := w.sayWith(t, ann, message.Lobby, "", with.File)
	require.NoError(t, err)
	_, err = w.DropFile(t.Context(), ann.ID, with.ID)
	require.ErrorIs(t, err, store.ErrNotFound, "a message has it")
	blobs, err := w.DropFile(t.Context(), ann.ID, other.ID)
	require.NoError(t, err)
	assert.Equal(t, []string{"other"}, blobs)
	_, err = w.DropFile(t.Context(), ann.ID, other.ID)
	require.ErrorIs(t, err, store.ErrNotFound)
	assert.Equal(t, []string{"picture", "preview"}, w.uses(t, "picture", "preview", "other"))

	trace, blobs, err := w.Delete(t.Context(), ann.ID, message.Lobby, m.TextMessage.ID)
	require.NoError(t, err)
	assert.Empty(t, trace.TextMessage.Files)
	assert.ElementsMatch(t, []string{"picture", "preview"}, blobs)
	assert.Equal(t, []string{"picture"}, w.uses(t, "picture", "preview"), "Ben has the same")
	_, err = w.File(t.Context(), ann.ID, with.ID)
	require.ErrorIs(t, err, store.ErrNotFound)
	bytes, err = w.UsedBy(t.Context(), ann.ID)
	require.NoError(t, err)
	assert.Zero(t, bytes)
	_, err = w.File(t.Context(), ben.ID, same.ID)
	require.NoError(t, err)
}

func sweepingFiles(t *testing.T, w *world) {
	ann := w.guest(t, "ann")
	old, attached := w.upload(t, ann, "old", "old"), w.upload(t, ann, "attached", "attached")
	_, err := w.sayWith(t, ann, message.Lobby, "", attached.File)
	require.NoError(t, err)
	w.pass(time.Second)
	fresh := w.upload(t, ann, "fresh", "fresh")
	blobs, err := w.SweepFiles(t.Context(), w.now().Truncate(time.Microsecond))
	require.NoError(t, err)
	assert.Equal(t, []string{"old"}, blobs)
	assert.Equal(t, []string{"attached", "fresh"}, w.uses(t, "old", "attached", "fresh"))
	_, err = w.sayWith(t, ann, message.Lobby, "", old.File)
	var told *message.Error
	require.ErrorAs(t, err, &told)
	_, err = w.sayWith(t, ann, message.Lobby, "", fresh.File)
	require.NoError(t, err)
}
