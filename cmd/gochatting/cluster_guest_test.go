package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"gochatting/internal/chattest"
	"gochatting/internal/message"
)

// A guest has one tab open at some node, and goes to another when that one is gone. They keep what
// they are shown as docs/protocol.md asks them to: live, and with since after they were away.
type guest struct {
	*chattest.Person
	storm *storm
	dice  *rand.Rand // of visits
	pen   *pen       // nil for who only reads

	mu     sync.Mutex
	logs   map[string]*guestLog
	here   map[string]message.User // who is in the lobby
	online int
	node   int // where they are connected; -1
	tab    *chattest.Socket
	mortal bool // does not come back when the connection is lost

	farewells map[int]string // the reasons that nodes closed with
}

// A guestLog is a room as a guest has it.
type guestLog struct {
	rev   int64           // all up to here is in it
	texts map[int64]int64 // the rev of each message
}

// A shownFrame is a Message, of which the text stays as it came.
type shownFrame struct {
	MType, Room, Ref string
	TextMessage      json.RawMessage
	UserStatus       *message.UserStatus
	Welcome          *message.Welcome
	Error            *message.Error
}

// live goes from node to node until ctx ends.
func (g *guest) live(ctx context.Context) {
	defer g.HTTP.CloseIdleConnections()
	for ctx.Err() == nil {
		node := g.dice.IntN(len(g.storm.nodes))
		err := g.visit(ctx, node)
		if g.depart(node, err); g.isMortal() {
			return
		}
		pause(ctx.Done(), g.patience(err))
	}
}

// depart notes how a visit ended.
func (g *guest) depart(node int, err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.node, g.tab = -1, nil
	var closed *websocket.CloseError
	if errors.As(err, &closed) {
		g.farewells[node] = closed.Text
	}
}

// goHome closes the tab for good.
func (g *guest) goHome() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.mortal = true
	if g.tab != nil {
		g.tab.Leave()
	}
}

func (g *guest) isMortal() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.mortal
}

var restartHint = regexp.MustCompile(`^restart (\d+\.\d)$`)

// patience is how long to stay away after a connection has ended so.
func (g *guest) patience(err error) time.Duration {
	var closed *websocket.CloseError
	if errors.As(err, &closed) {
		if hint := restartHint.FindStringSubmatch(closed.Text); hint != nil {
			seconds, _ := strconv.ParseFloat(hint[1], 64) // as the pattern has it
			return time.Duration(seconds * float64(time.Second))
		}
	}
	return time.Duration(g.dice.IntN(500)) * time.Millisecond
}

// visit is one connection, until it ends.
func (g *guest) visit(ctx context.Context, node int) error {
	g.Base = g.storm.base(node)
	s, response, err := g.Dial(http.Header{"Origin": {g.Base}}, "gochatting.v1")
	if err != nil {
		if response != nil && response.StatusCode < 500 {
			g.storm.blame("%s: node %d refuses a socket: %s", g.Me.Name, node, response.Status)
		}
		return err
	}
	defer s.WS.Close()
	defer context.AfterFunc(ctx, func() { s.WS.Close() })()
	first, err := read(s)
	if err != nil {
		return err
	}
	if first.Welcome == nil {
		g.storm.blame("%s: %s came before the welcome", g.Me.Name, first.MType)
		return nil
	}
	at := make(map[string]int64)
	for _, room := range first.Welcome.Rooms {
		if err := g.catchUp(room.ID, room.Rev); err != nil {
			return err
		}
		at[room.ID] = room.Rev
	}
	ended := make(chan struct{})
	var busy sync.WaitGroup
	defer busy.Wait()
	defer close(ended)
	if g.pen != nil {
		busy.Go(func() { g.write(s, ended) })
	}
	g.mu.Lock()
	g.tab = s
	g.mu.Unlock()
	return g.listen(s, node, at)
}

func read(s *chattest.Socket) (f shownFrame, err error) {
	if err := s.WS.SetReadDeadline(time.Now().Add(2 * time.Minute)); err != nil { // the server pings
		return f, err
	}
	_, data, err := s.WS.ReadMessage()
	if err != nil {
		return f, err
	}
	return f, json.Unmarshal(data, &f)
}

// listen keeps what comes, and sees that a log has no hole.
func (g *guest) listen(s *chattest.Socket, node int, at map[string]int64) error {
	for {
		f, err := read(s)
		if err != nil {
			return err
		}
		switch f.MType {
		case message.TextMType:
			rev := g.keep(f)
			// A change can have overtaken what the bus lost; who only talks leaves every rev.
			if f.Room == message.Lobby && rev > at[f.Room]+1 {
				g.storm.blame("%s at node %d: a hole: %d came after %d", g.Me.Name, node, rev, at[f.Room])
			}
			at[f.Room] = max(at[f.Room], rev)
		case message.StatusMType:
			g.see(node, f.UserStatus)
		case message.ErrorMType:
			if f.Error.Code != message.CodeNotStored {
				g.storm.blame("%s is told %s: %s", g.Me.Name, f.Error.Code, f.Error.Text)
			}
			g.pen.answered(f.Ref, 0)
		}
	}
}

// keep takes what a message is now, which is the same for everyone, and gives its rev.
func (g *guest) keep(f shownFrame) (rev int64) {
	var text struct {
		ID, Rev  int64
		UserInfo struct{ ID string }
	}
	if err := json.Unmarshal(f.TextMessage, &text); err != nil {
		g.storm.blame("%s: %s", err, f.TextMessage)
		return 0
	}
	g.storm.ledger.enter(g.storm, f.Room, text.Rev, string(f.TextMessage))
	g.mu.Lock()
	log := g.logs[f.Room]
	if log == nil {
		log = &guestLog{texts: make(map[int64]int64)}
		g.logs[f.Room] = log
	}
	log.texts[text.ID] = max(log.texts[text.ID], text.Rev)
	log.rev = max(log.rev, text.Rev)
	g.mu.Unlock()
	if text.UserInfo.ID == g.Me.ID {
		g.pen.answered(f.Ref, text.ID)
	}
	return text.Rev
}

// see follows who is here.
func (g *guest) see(node int, s *message.UserStatus) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if s.Users != nil {
		g.here, g.node = make(map[string]message.User), node
	}
	for _, u := range s.Left {
		delete(g.here, u.ID)
	}
	for _, list := range [][]message.User{s.Users, s.Joined} {
		for _, u := range list {
			g.here[u.ID] = u
		}
	}
	g.online = s.Online
}

// catchUp asks for what happened in a room while they were away.
func (g *guest) catchUp(room string, rev int64) error {
	for {
		g.mu.Lock()
		var held int64
		if log := g.logs[room]; log != nil {
			held = log.rev
		}
		g.mu.Unlock()
		if held >= rev {
			return nil
		}
		status, answer, err := g.ask(http.MethodGet, fmt.Sprintf("/api/v1/rooms/%s/messages?limit=200&since=%d", room, held), "")
		if err != nil || status != http.StatusOK {
			return errors.Join(err, fmt.Errorf("since: %d", status))
		}
		var page struct{ Messages []shownFrame }
		if err := json.Unmarshal(answer, &page); err != nil {
			return err
		}
		for _, f := range page.Messages {
			f.Room = room
			g.keep(f)
		}
		if len(page.Messages) == 0 {
			g.storm.blame("%s: %s is at rev %d, but nothing follows %d", g.Me.Name, room, rev, held)
			return nil
		}
	}
}

// ask calls the API of the node they are at. Nothing but the server's own troubles may refuse them.
func (g *guest) ask(method, path, body string) (status int, answer []byte, err error) {
	mark := map[bool]string{false: "?", true: "&"}[strings.Contains(path, "?")]
	request, err := http.NewRequest(method, g.Base+path+mark+"as="+g.Me.ID, strings.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	response, err := g.HTTP.Do(request)
	if err != nil {
		return 0, nil, err
	}
	defer response.Body.Close()
	if answer, err = io.ReadAll(response.Body); err != nil {
		return 0, nil, err
	}
	if response.StatusCode >= 400 && response.StatusCode < 500 {
		g.storm.blame("%s: %s %s is refused: %s", g.Me.Name, method, path, answer)
	}
	return response.StatusCode, answer, nil
}

// pause waits, unless something ends.
func pause(ended <-chan struct{}, long time.Duration) {
	select {
	case <-ended:
	case <-time.After(long):
	}
}
