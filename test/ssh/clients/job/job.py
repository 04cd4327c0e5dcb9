"""A job of Ray's: counts aloud until the file END is there, so for as long as a test wants."""
import os
import time

end = os.environ["END"]
count = 0
while not os.path.exists(end):
    print(f"line {count}")
    count += 1
    time.sleep(0.2)
os.remove(end)
print("the last line")
