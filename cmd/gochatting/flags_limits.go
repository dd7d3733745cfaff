package main

import "gochatting/internal/server"

type limitFlags struct {
	MaxMessage string `default:"8192" placeholder:"BYTES" help:"The longest message, in bytes of UTF-8. Default: ${default}"`
	MaxFile    string `default:"26214400" placeholder:"BYTES" help:"The largest file, in bytes. Default: ${default}, which is 25 MB"`
	FileQuota  string `default:"1073741824" placeholder:"BYTES" help:"What the files of one user may take together, in bytes. Default: ${default}, which is 1 GB"`

	Limits             string `default:"on" placeholder:"on|off" help:"off turns all limits of rate and count below off, for a load test on a private machine; sizes stay limited. Default: ${default}"`
	RateMessages       string `default:"5" placeholder:"N" help:"Messages a second that a user may say for as long as they like, and four times as many at once. Default: ${default}"`
	RateReactions      string `default:"5" placeholder:"N" help:"Reactions a second of a user, and six times as many at once. Default: ${default}"`
	RateActs           string `default:"10" placeholder:"N" help:"Whatever else a user does, a second: edits, searches, marks and the like; six times as many at once. Default: ${default}"`
	RateRooms          string `default:"20" placeholder:"N" help:"New rooms an hour of a user, half of them at once. Default: ${default}"`
	RateUploads        string `default:"30" placeholder:"N" help:"Files a minute of a user, and twice as many at once. Default: ${default}"`
	RateCodes          string `default:"5" placeholder:"N" help:"Codes an hour that are mailed to one address. Default: ${default}"`
	RateJoins          string `default:"100" placeholder:"N" help:"People a minute who may come in from one network: an IPv4 address, or the /64 of an IPv6 one. Default: ${default}"`
	PeerTimes          string `default:"20" placeholder:"N" help:"All users of one network may do this many times what one may. Default: ${default}"`
	MaxSockets         string `default:"50" placeholder:"N" help:"Tabs and other clients that a user may have open. Default: ${default}"`
	MaxSocketsPeer     string `default:"500" placeholder:"N" help:"The same of all users of one network. Default: ${default}"`
	MaxConnectionsPeer string `default:"1000" placeholder:"N" help:"Other connections of one network, which are asking for pages and the like; but for --trusted-proxies. Default: ${default}"`
}

// limits are limitFlags, understood.
type limits struct {
	on         bool
	rates      server.Rates
	maxMessage int
	maxFile    int64
	fileQuota  int64
}

// The sizes a message may be limited to.
const (
	minMaxMessage = 1
	maxMaxMessage = 32 << 10
)

const (
	maxMaxFile = 1 << 40   // 1 TB, for a file and for all of a user: whoever means more has mistyped
	maxRate    = 1_000_000 // of anything
)

func (f limitFlags) check(wrong *faults) limits {
	l := limits{on: f.Limits == "on"}
	if f.Limits != "on" && f.Limits != "off" {
		wrong.add("limits", f.Limits, "give on or off")
	}
	l.maxMessage = int(wrong.number("max-message", f.MaxMessage, minMaxMessage, maxMaxMessage, "bytes"))
	l.maxFile = wrong.number("max-file", f.MaxFile, 1, maxMaxFile, "bytes")
	l.fileQuota = wrong.number("file-quota", f.FileQuota, max(1, l.maxFile), maxMaxFile, "bytes, those of --max-file or more")
	for _, rate := range []struct {
		flag, text, what string
		into             *int
	}{
		{"rate-messages", f.RateMessages, "messages a second", &l.rates.Messages},
		{"rate-reactions", f.RateReactions, "reactions a second", &l.rates.Reactions},
		{"rate-acts", f.RateActs, "acts a second", &l.rates.Acts},
		{"rate-rooms", f.RateRooms, "rooms an hour", &l.rates.Rooms},
		{"rate-uploads", f.RateUploads, "files a minute", &l.rates.Uploads},
		{"rate-codes", f.RateCodes, "codes an hour", &l.rates.Codes},
		{"rate-joins", f.RateJoins, "people a minute", &l.rates.Joins},
		{"peer-times", f.PeerTimes, "users", &l.rates.PeerTimes},
		{"max-sockets", f.MaxSockets, "sockets", &l.rates.Sockets},
		{"max-sockets-peer", f.MaxSocketsPeer, "sockets", &l.rates.PeerSockets},
		{"max-connections-peer", f.MaxConnectionsPeer, "connections", &l.rates.PeerConnections},
	} {
		*rate.into = int(wrong.number(rate.flag, rate.text, 1, maxRate, rate.what+" (--limits off is for no limit)"))
	}
	return l
}
