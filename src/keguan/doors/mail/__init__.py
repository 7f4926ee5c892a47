"""Messages that leave the house: mails and text messages, sent by a job, as each person wishes them.

`sorting` decides for each message how it goes out and when; `sending` hands it over, once. What goes out says of which
kind the message is and of which case, with a link: never what stands in it.
"""
