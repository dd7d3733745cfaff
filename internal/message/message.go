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
	TypingMType  = "typing_mtype"  // somebody writes; never stored
	ReadMType    = "read_mtype"    // your read mark moved, on this device or another
	RoomMType    = "room_mtype"    // a room you are in is new, or has changed; or you are no longer in it
	YouMType     = "you_mtype"     // how you stand here has changed: your role, whether you are verified or muted
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
	Typing      *User        `json:",omitempty"` // who writes
	Read        *Read        `json:",omitempty"`
	RoomInfo    *Room        `json:",omitempty"` // of a room_mtype; without it you are not in the room any more
	You         *User        `json:",omitempty"` // of a you_mtype
	Welcome     *Welcome     `json:",omitempty"`
	Error       *Error       `json:",omitempty"`
}

// A TextMessage is what somebody said, as it stands now. ID is the room's rev at which it was
// said; Rev is the rev of its latest change, so a new message has ID == Rev.
type TextMessage struct {
	ID        int64
	Rev       int64
	Content   string // as it was typed
	HTML      string `json:",omitempty"` // Content as safe HTML; "" if it has no markup, or none that could be made
	UserInfo  User
	Time      string     // TimeFormat, for the first version's page
	At        time.Time  // UTC
	Edited    *time.Time `json:",omitempty"`
	Deleted   *time.Time `json:",omitempty"` // then only this trace is left: no Content, nor anything else
	Pinned    *time.Time `json:",omitempty"`
	ReplyTo   int64      `json:",omitempty"` // ID of a message in the same room
	Mentions  []string   `json:",omitempty"` // IDs of users, and MentionHere
	Reactions []Reaction `json:",omitempty"` // in the order of their first ones
	Files     []File     `json:",omitempty"`
}

// MentionHere, among Mentions, is everyone in the room.
const MentionHere = "here"

// A Reaction is one emoji under a message, and the IDs of those who put it there.
type Reaction struct {
	Emoji string
	Users []string
}

// A File is attached to a message. Width and Height are the preview's, so that its place can be
// kept; a file without a preview has none of the three.
type File struct {
	ID      string
	Name    string
	Type    string // media type
	Size    int64  // bytes
	URL     string // where to download it
	Preview string `json:",omitempty"` // URL of a picture of it, made by the server
	Width   int    `json:",omitempty"`
	Height  int    `json:",omitempty"`
	Alt     string `json:",omitempty"` // what a picture shows, in words
}

// A User is a person as everyone may see them. Email and Muted are filled only towards its owner.
type User struct {
	ID       string // opaque and random; says nothing about the address
	Name     string
	Email    string `json:",omitempty"`
	Gravatar string // URL of the picture, on our own server
	Verified bool   // whether the address was proven (a closed ring) or only typed (an open one)
	Role     string `json:",omitempty"` // RoleOwner and so on; "" is a member

	Muted *time.Time `json:",omitempty"` // until when they may say nothing
}

// What somebody may do here, apart from their own affairs. A RoleMember is told as "".
const (
	RoleOwner     = "owner"     // everything: who is what, and the log of what moderators did
	RoleModerator = "moderator" // keeps order: deletes, mutes, bans, purges
	RoleMember    = "member"    // talks
	RoleReader    = "reader"    // reads the rooms they were invited into, and says nothing
)

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

// The kinds of Room.
const (
	OpenRoom    = "open"    // anyone may find and join it
	PrivateRoom = "private" // members only; a member invites
	DirectRoom  = "direct"  // of a set of people, who are named by Users
)

// A Room is a place with one ordered log. Rev is the log's clock: a client whose last rev of
// the room is lower asks for what it missed with since.
type Room struct {
	ID         string
	Name       string // "" for a direct one
	Kind       string
	Topic      string `json:",omitempty"`
	Maker      string `json:",omitempty"` // ID of the user who made it, and keeps order in it as a moderator does
	Archived   bool   `json:",omitempty"` // to be read only
	Slow       int    `json:",omitempty"` // seconds between two messages of one person, but for who keeps order; 0: none
	Rev        int64
	Users      []User      `json:",omitempty"` // of a direct room: all who are in it
	Membership *Membership `json:",omitempty"` // yours; nil in an open room that you have not joined, and in what is told to all
}

// A Membership is how somebody stands to a room they are in.
type Membership struct {
	Involvement string // InvolvedAll and so on
	Read        Read
}

// What of a room somebody wants to be told.
const (
	InvolvedAll      = "all"
	InvolvedMentions = "mentions"
	InvolvedNone     = "none"
)

// A Read is how far somebody has read a room: everything up to the message ID. Unread counts what
// others said after it, Mentions those of them that mention this user; neither beyond MostUnread.
// It was counted when the room's log was at Rev: what follows that, a client counts by itself.
type Read struct {
	ID       int64
	Rev      int64
	Unread   int
	Mentions int
}

// MostUnread is how far unread messages are counted.
const MostUnread = 100

// Limits are what the server takes, so that a client can refuse early.
type Limits struct {
	MessageBytes int // of UTF-8 in Content
	FrameBytes   int // of one WebSocket message
	PerSecond    int // messages a user may say for as long as they like; 0: no limit
	Burst        int // and how many at once
	FileBytes    int64
	Files        int // of one message
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
