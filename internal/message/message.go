// Package message holds the words on the wire: what clients and server say to each other, as
// JSON whose keys are the Go field names, as they have been since the first version (2012).
package message

import (
	"time"
)

// The kinds of Message, in its field MType.
const (
	TextMType    = "text_mtype"    // a message's whole present state; clients upsert by ID
	StatusMType  = "status_mtype"  // who is here
	WelcomeMType = "welcome_mtype" // the first frame of the current dialect
	ErrorMType   = "error_mtype"   // something the client sent could not be done
)

// TimeFormat is the first version's, in the server's local time; At carries the exact moment.
const TimeFormat = "01-02 15:04:05"

// Lobby is the room that always exists.
const Lobby = "lobby"

// A Message is the one envelope of every frame, in both directions.
type Message struct {
	MType       string
	Room        string       `json:",omitempty"` // the room's id
	Ref         string       `json:",omitempty"` // the author's own name for what they sent
	TextMessage *TextMessage `json:",omitempty"`
	UserStatus  *UserStatus  `json:",omitempty"`
	Welcome     *Welcome     `json:",omitempty"`
	Error       *Error       `json:",omitempty"`
}

// A TextMessage is what somebody said. ID is the room's rev at which it was said; Rev is the
// rev of its latest change, so a new message has ID == Rev.
type TextMessage struct {
	ID       int64
	Rev      int64
	Content  string
	UserInfo User
	Time     string    // TimeFormat, for the first version's page
	At       time.Time // UTC
}

// A User is a person as everyone may see them. Email is filled only towards its owner.
type User struct {
	ID       string // opaque and random; says nothing about the address
	Name     string
	Email    string `json:",omitempty"`
	Gravatar string // URL of the picture, on our own server
	Verified bool   // whether the address was proven (a closed ring) or only typed (an open one)
}

// A UserStatus says who is in a room: Users in full for somebody who just came (the first 200
// of them, by name), afterwards only who Joined and who Left. A User in Joined who is already
// known has a new name or picture. Online is how many are here altogether.
type UserStatus struct {
	Users  []User `json:",omitempty"`
	Joined []User `json:",omitempty"`
	Left   []User `json:",omitempty"`
	Online int
}

// A Welcome tells a client of the current dialect who it is and where things stand.
type Welcome struct {
	You     User   // with Email
	Rooms   []Room // the rooms this socket hears
	Limits  Limits
	Version string // the server's
}

// A Room is a place with one ordered log. Rev is the log's clock: a client whose last rev of
// the room is lower asks for what it missed with since.
type Room struct {
	ID   string
	Name string
	Kind string // "open"
	Rev  int64
}

// Limits are what the server takes, so that a client can refuse early.
type Limits struct {
	MessageBytes int // of UTF-8 in Content
	FrameBytes   int // of one WebSocket message
	PerSecond    int // messages a user may say for as long as they like; 0: no limit
	Burst        int // and how many at once
}

// An Error answers something that could not be done. Text is a sentence that says what to do;
// Code is for programs, which may have the sentence in another language.
type Error struct {
	Code       string
	Text       string
	RetryAfter float64 `json:",omitempty"` // seconds after which to try again
}

// Error makes an Error usable as a Go error.
func (e *Error) Error() string { return e.Code + ": " + e.Text }
