"""Effects, shares and checks -> the grade of the evidence, and what it rests on."""
