package room_test

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/message"
)

// recorded is what a node of an earlier version put on the bus, by kind. It is never changed: a version that cannot
// read it cannot be started beside that one. What a newer version says otherwise is recorded beside it.
func recorded(t testing.TB, kind string) []byte {
	b, err := os.ReadFile(filepath.Join("testdata", "bus", "1", kind))
	require.NoError(t, err)
	if kind == "frames" {
		return b
	}
	return bytes.TrimSpace(b)
}

// A node of the version that first knew of others is understood.
func TestRecordedNodeIsUnderstood(t *testing.T) {
	bubble(t, func(t *testing.T) {
		var log logged
		h := openLogging(t, &log, nil)
		ann := h.somebody(t, "ann")
		a := look(h.open(t, ann, message.Lobby), message.Lobby)
		var ended []string
		h.rooms.OnSessions(func(reason string, sessions []string) { ended = append(sessions, reason) }, func(context.Context) error { return nil })
		say := func(subject, kind string) {
			t.Helper()
			require.NoError(t, h.bus.Publish(subject, recorded(t, kind)))
			synctest.Wait()
		}
		var asked []string
		cancel, err := h.bus.Subscribe("node.RECORDED", func(data []byte) { asked = append(asked, string(data)) })
		require.NoError(t, err)
		defer cancel()

		say("nodes", "beat")
		assert.Len(t, asked, 2, "it is asked for its rooms, and told ours")
		say("room.lobby", "change")
		time.Sleep(time.Second)
		assert.Equal(t, []string{"ann", "old ben"}, a.now(t))
		say("room.lobby", "change.next")
		time.Sleep(time.Second)
		assert.Equal(t, []string{"ann", "old cleo"}, a.now(t))
		asked = nil
		say("room.lobby", "ask")
		say("nodes", "beat") // it is alive
		require.NotEmpty(t, asked)
		var list struct {
			Change struct{ Joined []message.User }
		}
		require.NoError(t, json.Unmarshal([]byte(asked[0]), &list))
		assert.Equal(t, []message.User{ann}, list.Change.Joined)

		say("room.lobby", "frames")
		time.Sleep(time.Second)
		say("nodes", "hint.ended")
		assert.Equal(t, []string{"s1", "s2", "signed out"}, ended)
		_, _, err = h.store.Rename(t.Context(), ann.ID, "Ann Lee", "", time.Now())
		require.NoError(t, err)
		hint := strings.ReplaceAll(string(recorded(t, "hint")), "ANN", ann.ID)
		require.NoError(t, h.bus.Publish("nodes", []byte(hint)))
		time.Sleep(time.Second)
		assert.Equal(t, []string{"Ann Lee", "old cleo"}, a.now(t))

		say("node."+h.rooms.Name(), "beat.whole") // in which the lobby is not any more
		time.Sleep(time.Second)
		assert.Equal(t, []string{"Ann Lee"}, a.now(t))
		assert.Empty(t, log.lines(), "nothing of it is worth a word")
	})
}

// The frames of the recorded version are delivered.
func TestRecordedFramesAreDelivered(t *testing.T) {
	h := open(t, nil)
	a := h.open(t, h.somebody(t, "ann"), message.Lobby)
	require.NoError(t, h.bus.Publish("room.lobby", recorded(t, "frames")))
	assert.Equal(t, "old cleo", a.nextOf(t, message.TypingMType).Typing.Name)
	m := a.hear(t)
	assert.Equal(t, "*hello* from the past", m.Content)
	assert.Equal(t, "<p><em>hello</em> from the past</p>", m.HTML)
	assert.Equal(t, int64(1), m.Rev)
}

// What a later version says beyond this one's words is passed over in silence.
func TestWordsOfALaterVersionAreIgnored(t *testing.T) {
	bubble(t, func(t *testing.T) {
		var log logged
		h := openLogging(t, &log, nil)
		ann := h.somebody(t, "ann")
		a := look(h.open(t, ann, message.Lobby), message.Lobby)
		require.Equal(t, []string{"ann"}, a.now(t))
		for _, subject := range []string{"nodes", "room.lobby", "node." + h.rooms.Name()} {
			for _, data := range []string{
				"", "{", "{}", "null", "[]", `"x"`, "\x01", "\x02 frames of another kind", "\x01\xff\xff\xff",
				`{"Node":"NEW"}`, `{"Node":"NEW","Dream":{"Of":"sheep"}}`, `{"Node":"NEW","Hint":{"N":1,"Mood":"good"}}`,
				`{"Node":"NEW","Ask":{"Mood":true}}`, `{"Node":"NEW","Change":{"Room":"lobby","Version":9,"Mood":1}}`, `{"Node":{},"Beat":3}`,
			} {
				require.NoError(t, h.bus.Publish(subject, []byte(data)))
			}
		}
		aside, err := message.Encode(message.Message{MType: "dream_mtype", Room: message.Lobby})
		require.NoError(t, err)
		require.NoError(t, h.bus.Publish("room.lobby", message.MarshalFrames([]*message.Frame{aside})))
		time.Sleep(20 * time.Second)
		synctest.Wait()
		assert.True(t, a.isEmpty(), "nobody is told of it")
		assert.Empty(t, log.lines())
		require.NoError(t, h.bus.Publish("nodes", []byte(`{"Node":"NEW","Mood":1,"Beat":{"At":9,"Hints":0,"Mood":1,"Rooms":{"lobby":9}}}`)))
		synctest.Wait()
		require.NoError(t, h.bus.Publish("room.lobby", []byte(`{"Node":"NEW","Change":{"Room":"lobby","Version":10,"Joined":[{"ID":"n","Name":"new","Mood":"good"}]}}`)))
		time.Sleep(time.Second)
		assert.Equal(t, []string{"ann", "new"}, a.now(t), "what is known of it is taken")
	})
}

// What this version says is what was recorded: whoever changes it has the recorded nodes in mind.
func TestThisVersionSpeaksAsRecorded(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := open(t, nil)
		said := make(map[string][]byte)
		var mu sync.Mutex
		for _, subject := range []string{"nodes", "room.lobby"} {
			cancel, err := h.bus.Subscribe(subject, func(data []byte) {
				mu.Lock()
				defer mu.Unlock()
				var n struct{ Hint, Beat, Change, Ask *json.RawMessage }
				kind := "frames"
				if json.Unmarshal(data, &n) == nil {
					for name, is := range map[string]*json.RawMessage{"hint": n.Hint, "beat": n.Beat, "change": n.Change, "ask": n.Ask} {
						if is != nil {
							kind = name
						}
					}
				}
				said[kind] = data
			})
			require.NoError(t, err)
			defer cancel()
		}
		require.NoError(t, h.bus.Publish("nodes", recorded(t, "beat"))) // so that there is somebody to talk to
		synctest.Wait()
		ann := h.somebody(t, "ann")
		h.open(t, ann, message.Lobby)
		h.say(t, ann, message.Lobby, "hello")
		h.rooms.EndSessions("signed out", "s1", "s2")
		time.Sleep(4 * time.Second)
		mu.Lock()
		defer mu.Unlock()
		node := h.rooms.Name()
		same := func(kind, file string, names ...string) {
			t.Helper()
			got := strings.NewReplacer(append(names, node, "RECORDED")...).Replace(string(said[kind]))
			assert.JSONEq(t, string(recorded(t, file)), got)
		}
		same("hint", "hint.ended", `"N":1`, `"N":2`)
		same("beat", "beat", `"At":1`, `"At":7`, `{"lobby":1}`, `{"attic":5,"cellar":0}`)
		same("ask", "ask")
		same("change", "change", ann.ID, "BEN", `"ann"`, `"old ben"`, `"Version":1`, `"Version":8`)
		assert.Equal(t, byte(1), said["frames"][0])
	})
}

// logged keeps what is logged, from Warn up.
type logged struct {
	mu  sync.Mutex
	all []string
}

func (l *logged) Enabled(_ context.Context, level slog.Level) bool { return level >= slog.LevelWarn }
func (l *logged) WithAttrs([]slog.Attr) slog.Handler               { return l }
func (l *logged) WithGroup(string) slog.Handler                    { return l }

func (l *logged) Handle(_ context.Context, r slog.Record) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all = append(l.all, r.Message)
	return nil
}

func (l *logged) lines() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.all
}
