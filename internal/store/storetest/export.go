package storetest

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/message"
	"gochatting/internal/store"
)

// An archive is what was exported.
type archive struct {
	person   store.User
	devices  []store.Session
	rooms    []message.Room
	messages []message.Message
	files    []store.File
	full     error
}

func (a *archive) Person(u store.User, devices []store.Session) error {
	a.person, a.devices = u, devices
	return nil
}

func (a *archive) Room(r message.Room) error {
	a.rooms = append(a.rooms, r)
	return nil
}

func (a *archive) Message(m message.Message) error {
	a.messages = append(a.messages, m)
	return a.full
}

func (a *archive) File(f store.File) error {
	a.files = append(a.files, f)
	return nil
}

func exporting(t *testing.T, w *world) {
	olga := w.claim(t, "olga@example.org", "Olga", "o").User
	laptop := w.claim(t, "ann@example.org", "Ann", "laptop")
	w.device(t, laptop.User, "phone")
	ann := laptop.User.Public()
	tea := w.makeRoom(t, olga.Public(), message.OpenRoom, "Tea").ID
	talk := w.direct(t, ann, olga.Public()).ID
	w.join(t, tea, ann)
	var said []string
	for i := range 105 {
		for _, room := range []string{message.Lobby, tea} {
			said = append(said, fmt.Sprint(room, i))
			w.sayIn(t, room, ann, fmt.Sprint(room, i))
		}
	}
	w.sayIn(t, tea, olga.Public(), "not hers")
	said = append(said, "psst")
	w.sayIn(t, talk, ann, "psst")
	w.delete(t, w.say(t, ann, "", "taken back"))
	kept, waiting := w.upload(t, ann, "cat.txt", "a cat"), w.upload(t, ann, "draft.txt", "a draft")
	w.upload(t, olga.Public(), "olga.txt", "olga's")
	_, err := w.sayWith(t, ann, tea, "a cat", kept.File)
	require.NoError(t, err)
	said = append(said, "")
	_, err = w.RemoveMember(t.Context(), ann.ID, tea, ann.ID)
	require.NoError(t, err)

	var a archive
	require.NoError(t, w.Export(t.Context(), ann.ID, &a))
	assert.Equal(t, laptop.User, a.person)
	assert.Len(t, a.devices, 2)
	require.Len(t, a.rooms, 2)
	assert.Equal(t, talk, a.rooms[0].ID)
	assert.Equal(t, []string{"Ann", "Olga"}, people(a.rooms[0].Users))
	assert.Equal(t, message.Lobby, a.rooms[1].ID)
	assert.Equal(t, said, contents(a.messages), "also in a room that she has left")
	var files []string
	for _, f := range a.files {
		files = append(files, f.Hash)
	}
	assert.ElementsMatch(t, []string{kept.Hash, waiting.Hash}, files)

	full := archive{full: errors.New("the disk is full")}
	assert.ErrorIs(t, w.Export(t.Context(), ann.ID, &full), full.full)
	assert.Len(t, full.messages, 1)
	assert.ErrorIs(t, w.Export(t.Context(), "nobody", &full), store.ErrNotFound)

	w.pass(2 * time.Hour)
	late := w.upload(t, ann, "late.txt", "late")
	_, err = w.sayWith(t, ann, message.Lobby, "late", late.File)
	require.NoError(t, err)
	_, _, err = w.Purge(t.Context(), olga.ID, ann.ID)
	require.NoError(t, err)
	a = archive{}
	require.NoError(t, w.Export(t.Context(), ann.ID, &a))
	assert.Len(t, a.messages, len(said))
	assert.Len(t, a.files, 2, "nor what was taken away")
}
